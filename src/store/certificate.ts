import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Certificate, Overload } from "../core/certificate.ts";
import { writeAtomically } from "./atomic.ts";
import type { Same } from "./same.ts";
import { contentError, errorCode, storeError } from "./store-error.ts";

const FILE = "certificate.json";

export const hostSchema = z.object({
  platform: z.string(),
  arch: z.string(),
  cpus: z.number(),
  cpuModel: z.string(),
  memoryBytes: z.number(),
  node: z.string(),
});

const certifiedLoad = z.object({ streams: z.number(), eventsPerSecond: z.number(), errorMsP99: z.number() });

export const certificateSchema = z.object({
  v: z.literal(1),
  certifiedAt: z.string(),
  toolVersion: z.string(),
  host: hostSchema,
  limitMs: z.number(),
  plain: certifiedLoad.nullable(),
  tls: certifiedLoad.nullable(),
});

export const overloadSchema = z.object({
  scenario: z.string(),
  streamsEach: z.number(),
  targets: z.number(),
  streamsCertified: z.number(),
  isRotated: z.boolean(),
});

// The schemas and core's types say the same, or this file does not compile.
true satisfies Same<z.infer<typeof certificateSchema>, Certificate>;
true satisfies Same<z.infer<typeof overloadSchema>, Overload>;

/** The certificate beside the runs; null when there is none. Throws StoreError when it cannot be read. */
export async function readCertificate(resultsDir: string): Promise<Certificate | null> {
  const path = join(resultsDir, FILE);
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    if (errorCode(cause) === "ENOENT") return null;
    throw storeError("read", path, cause);
  });
  if (text === null) return null;
  const parsed = certificateSchema.safeParse(jsonOf(text));
  if (!parsed.success) throw contentError(path, `${path} is no certificate: remove it, or run \`herdbench certify\``);
  return parsed.data;
}

/** Writes it beside the runs, and returns its path. Throws StoreError. */
export async function writeCertificate(resultsDir: string, certificate: Certificate): Promise<string> {
  await mkdir(resultsDir, { recursive: true }).catch((cause: unknown) => {
    throw storeError("create", resultsDir, cause);
  });
  const path = join(resultsDir, FILE);
  await writeAtomically(path, `${JSON.stringify(certificate, null, 2)}\n`);
  return path;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
