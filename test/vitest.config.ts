import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    include: ["test/**/*.test.ts"],
    // On two cores the default is one worker; no test asserts on time, so all cores may work.
    maxWorkers: "100%",
    // Whole programs are started here, on machines that may be busy.
    testTimeout: 60_000,
    hookTimeout: 180_000,
  },
});
