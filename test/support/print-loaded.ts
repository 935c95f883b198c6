import { registerHooks } from "node:module";

/* Preloaded into the program: prints, at its end, what it loaded of the packages and of the code for providers. */

const loaded = new Set<string>();
registerHooks({
  load: (url, context, next) => {
    const [, name] = /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
    const [layer] = /src\/(?:auth|protocol)\/|\/providers\/[^/]+\.ts$/.exec(url) ?? [];
    if (name !== undefined) loaded.add(name);
    else if (layer !== undefined) loaded.add(layer.replace(/^\//, ""));
    return next(url, context);
  },
});
process.on("exit", () => process.stderr.write(`\nloaded ${[...loaded].toSorted().join(" ")}\n`));
