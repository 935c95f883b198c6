import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { readTrust } from "../../src/cli/trust.ts";
import { makeCertificate } from "../../src/simulator/certificate.ts";
import { callServer } from "../support/call.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { GOOD_ANSWER, streamHead, wireServer } from "../support/wire-server.ts";

const certificate = makeCertificate(Date.now(), {});

function fileOf(text: string): string {
  const file = join(temporaryFolder(), "authorities.pem");
  writeFileSync(file, text);
  return file;
}

async function secureServer(): Promise<string> {
  const server = await wireServer((socket) => void socket.end(streamHead() + GOOD_ANSWER), certificate);
  onTestFinished(() => server.close());
  return server.origin;
}

describe("a custom authority", () => {
  it("is trusted beside the usual ones, from --ca or SSL_CERT_FILE, and its certificates are on record", async () => {
    const origin = await secureServer();
    const file = fileOf(`# ours\n${certificate.ca}\n${makeCertificate(Date.now(), {}).ca}`);
    for (const [from, ca, env] of [
      ["--ca", file, {}],
      ["SSL_CERT_FILE", undefined, { SSL_CERT_FILE: file }],
    ] as const) {
      const { context, facts } = await readTrust(ca, env);
      expect(facts.at(-1)).toEqual({
        from,
        certificates: 2,
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      });
      const [called] = await callServer(origin, { route: { trust: context } });
      expect(called!.observation.outcome).toBe("completed");
    }
  });

  it("that is not there or holds no certificate is refused with its mend", async () => {
    await expect(readTrust("nowhere.pem", {})).rejects.toThrow("--ca: cannot read nowhere.pem (ENOENT)");
    await expect(readTrust(undefined, { SSL_CERT_FILE: "nowhere.pem" })).rejects.toThrow("SSL_CERT_FILE: cannot read");
    for (const text of ["", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]) {
      await expect(readTrust(fileOf(text), {})).rejects.toThrow("no file of PEM certificates");
    }
  });
});

describe("the check of certificates", () => {
  afterEach(() => delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"]);

  it("is refused to be switched off", async () => {
    await expect(readTrust(undefined, { NODE_TLS_REJECT_UNAUTHORIZED: "0" })).rejects.toThrow("--ca FILE");
    await expect(readTrust(undefined, { NODE_TLS_REJECT_UNAUTHORIZED: "1" })).resolves.toMatchObject({ context: null });
  });

  it("holds below the command line too", async () => {
    const origin = await secureServer();
    process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
    const [called] = await callServer(origin);
    expect(called!.observation.failure).toMatchObject({ kind: "tls", where: "connect" });
  });
});
