import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import type { Certificate, CertifiedLoad } from "../core/certificate.ts";
import type { Contender } from "../run/contender.ts";
import { openaiChat, PLAIN } from "../protocol/openai-chat.ts";
import { decimal, NO_VALUE, short } from "../report/text.ts";
import { writeCertificate } from "../store/certificate.ts";
import { createRun } from "../store/create.ts";
import type { RunFolder } from "../store/run-folder.ts";
import { certifyLoad, type Certifying, type Rung } from "../study/certify.ts";
import { realTime } from "../time/time.ts";
import { DIRECT, trustBeside } from "../transport/route.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import type { CertifyOptions } from "./certify-options.ts";
import type { Loads } from "./flags.ts";
import { onInterrupt } from "./interrupt.ts";
import { hostFacts, stampOf } from "./manifest.ts";
import { simulatedTargets } from "./simulated-targets.ts";
import { startSimulatorProcess } from "./simulator-process.ts";
import { UsageError } from "./usage-error.ts";
import { version } from "./version.ts";

const STREAMS_DEFAULT = [25, 50, 100, 200, 400, 800, 1600];
const STREAMS_MAX = 5000;
const SEED = 405;

/** `herdbench certify`: how much this machine can measure at once, over plain HTTP and over TLS. */
export async function certifyCommand(options: CertifyOptions): Promise<ExitCode> {
  const streams = streamsOf(options.streams);
  const interrupt = onInterrupt();
  const say = (text: string): void => void (options.json === true ? process.stderr : process.stdout).write(`${text}\n`);
  say(
    `certify: this client against its own simulator on ${cpus().length} processors, error p99 at most ${options.limit} ms`,
  );
  const begun = new Date();
  // On the disk of the runs, whose speed is a part of what is tested.
  await mkdir(options.resultDir, { recursive: true });
  const scratch = await mkdtemp(join(options.resultDir, "certify-"));
  const openFolder = (): Promise<RunFolder> => createRun(scratch, { stamp: stampOf(begun), label: "certify" });
  const { signal } = interrupt;
  try {
    const of = (tls: boolean): Promise<CertifiedLoad | null> =>
      certified(tls, { streams, limitMs: options.limit, seconds: options.seconds, openFolder, signal }, (rung) =>
        say(rungText(tls, rung, options.limit)),
      );
    const plain = await of(false);
    const tls = await of(true);
    if (signal.aborted) return EXIT.interrupted;
    const certifiedAt = begun.toISOString();
    const facts = { v: 1, certifiedAt, toolVersion: version(), host: hostFacts(), limitMs: options.limit } as const;
    const certificate: Certificate = { ...facts, plain, tls };
    const path = await writeCertificate(options.resultDir, certificate);
    if (options.json === true) process.stdout.write(`${JSON.stringify(certificate, null, 2)}\n`);
    else for (const line of summary(certificate, path)) say(line);
    return plain === null || tls === null ? EXIT.invalid : EXIT.ok;
  } finally {
    await rm(scratch, { recursive: true, force: true });
    interrupt.release();
  }
}

function streamsOf(asked: Loads | undefined): readonly number[] {
  if (asked === undefined) return STREAMS_DEFAULT;
  if (!("list" in asked)) throw new UsageError("--streams: must be a list such as 100,200,400");
  const wrong = asked.list.find((count) => !Number.isInteger(count) || count > STREAMS_MAX);
  if (wrong !== undefined) throw new UsageError(`--streams: must be whole numbers up to ${STREAMS_MAX}, not ${wrong}`);
  return asked.list;
}

/** In a simulator process of its own, since the one of before still has its ledger. */
async function certified(
  tls: boolean,
  of: Pick<Certifying, "streams" | "limitMs" | "seconds" | "openFolder" | "signal">,
  onRung: Certifying["onRung"],
): Promise<CertifiedLoad | null> {
  const simulator = await startSimulatorProcess({ seed: SEED, ledger: null, dialects: {}, tls });
  try {
    const [target] = simulatedTargets(simulator.origin);
    const contender: Contender = {
      target: { ...target!, id: "certify", baseUrl: `${simulator.origin}/certify/v1` },
      wire: openaiChat(PLAIN),
      route: simulator.ca === null ? DIRECT : { ...DIRECT, trust: trustBeside(simulator.ca) },
      authorize: async (request) => ({ ok: true, request, freshForMs: Infinity }),
      refused: () => false,
      isModel: () => true,
      metricsUrl: null,
      redact: (text) => text,
    };
    return await certifyLoad({ ...of, contender, seed: SEED, time: realTime(), onRung });
  } finally {
    await simulator.stop();
  }
}

function rungText(
  tls: boolean,
  { streams, eventsPerSecond, errorMsP99, failed, passed }: Rung,
  limitMs: number,
): string {
  const why = failed > 0 ? `${failed} requests failed` : `above ${limitMs} ms`;
  return [
    (tls ? "TLS" : "plain").padEnd(6),
    `${streams} streams`.padStart(13),
    `${eventsPerSecond.toLocaleString("en-US")} events/s`.padStart(17),
    `  p99 ${errorMsP99 === null ? NO_VALUE : short(errorMsP99)} ms`,
    passed ? "" : `  ${why}`,
  ]
    .join("")
    .trimEnd();
}

function summary({ plain, tls }: Certificate, path: string): readonly string[] {
  const text = (load: CertifiedLoad | null): string =>
    load === null
      ? "nothing"
      : `${decimal(load.streams)} streams (${load.eventsPerSecond.toLocaleString("en-US")} events/s)`;
  return [
    "",
    `certified for ${text(plain)} over plain HTTP, ${text(tls)} over TLS; simulator and client shared this machine`,
    plain === null || tls === null
      ? "close what else runs here, or use a machine with more or quieter processors: a run above this measures its client"
      : "a run that plans more answers at once to all targets together rotates them by itself",
    `written ${path}`,
  ];
}
