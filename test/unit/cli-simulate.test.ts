import { expect, it } from "vitest";
import { startSimulatorProcess } from "../../src/cli/simulator-process.ts";
import { herdbench } from "../support/herdbench.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { tcpServer } from "../support/wire-server.ts";

it("a simulator that cannot be had says what to do instead", async () => {
  const cwd = temporaryFolder();
  const other = await tcpServer((socket) => void socket.end());
  const { port } = new URL(other.origin);
  const refusal = async (...args: string[]): Promise<readonly unknown[]> => {
    const { code, stderr } = await herdbench(["simulate", ...args], { cwd });
    return [code, stderr.trim()];
  };
  expect(await refusal("--port", port)).toEqual([
    2,
    `herdbench: --port: cannot listen on ${port} (EADDRINUSE): give another port, or 0 for any free one`,
  ]);
  expect(await refusal("--port", "0", "--ledger", "no/such/folder/x")).toEqual([
    2,
    "herdbench: --ledger: cannot write no/such/folder/x (ENOENT): name a file in a folder that can be written",
  ]);
  expect(await refusal("--port", "65536")).toEqual([2, expect.stringContaining("must be a port, 0 to 65535")]);
  await other.close();
});

it("a simulator that ends at once is no bug of ours", async () => {
  const started = startSimulatorProcess({ seed: 1, ledger: "/no/such/folder/x", dialects: {} });
  await expect(started).rejects.toMatchObject({ name: "UsageError", message: expect.stringContaining("simulate") });
});
