import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    // On two cores the default is one worker.
    maxWorkers: "100%",
    // Whole programs are started here, on machines that may be busy.
    testTimeout: 60_000,
    hookTimeout: 180_000,
    setupFiles: ["test/support/property-seed.ts"],
    projects: [
      {
        extends: true,
        test: {
          name: "main",
          include: ["test/**/*.test.ts"],
          exclude: ["test/truth/**"],
          sequence: { groupOrder: 0 },
        },
      },
      {
        // Real time is asserted here: after the others, one file at a time, so that tests do not disturb each other.
        extends: true,
        test: { name: "truth", include: ["test/truth/*.test.ts"], fileParallelism: false, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
