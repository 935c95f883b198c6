import type { Command } from "commander";
import * as flag from "./flags.ts";

export interface CertifyOptions {
  readonly limit: number;
  readonly streams?: flag.Loads;
  readonly seconds: number;
  readonly resultDir: string;
  readonly json?: boolean;
}

export function addCertify(program: Command, done: (code: number) => void): void {
  program
    .command("certify")
    .description("self-test of this machine: how many answers at once it can measure, over plain HTTP and TLS")
    .helpGroup("More:")
    .option("--limit <ms>", "the client's own error at p99, at most", flag.positive, 5)
    .option("--streams <list>", "answers at once, ascending (default: 25,50,100,200,400,800,1600)", flag.loads)
    .option("--seconds <n>", "of each load", flag.positive, 5)
    .option("--result-dir <dir>", "where the certificate is kept, beside the runs", "results")
    .option("--json", "print JSON")
    .action(async (options: CertifyOptions) => done(await (await import("./certify.ts")).certifyCommand(options)));
}
