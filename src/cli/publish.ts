import type { Publication } from "../core/provider.ts";
import { loadProvider, providerIds } from "../registry.ts";
import type { PublicationPolicy } from "../report/site/publication.ts";
import { publishSite } from "../report/site/publish.ts";
import { refreshIndex } from "../history/refresh.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { rebuildReports } from "./publish-report.ts";
import { UsageError } from "./usage-error.ts";

export interface PublishOptions {
  readonly out: string;
  readonly resultDir: string;
  readonly includeUnknown?: readonly string[] | true;
  readonly siteUrl?: string;
  readonly providersDir?: string;
  readonly json?: boolean;
}

/** `herdbench publish --out DIR`: the static site of all runs. */
export async function publishCommand(options: PublishOptions): Promise<ExitCode> {
  const { siteUrl } = options;
  if (siteUrl !== undefined && !/^https?:\/\/\S+$/.test(siteUrl)) {
    throw new UsageError("--site-url: must be the address of the site, such as https://example.org/herdbench/");
  }
  const done = await publishSite({
    resultsDir: options.resultDir,
    outDir: options.out,
    policy: await publicationPolicy(options.includeUnknown ?? [], options.providersDir ?? null),
    siteUrl: siteUrl === undefined || siteUrl.endsWith("/") ? (siteUrl ?? null) : `${siteUrl}/`,
  });
  for (const warning of done.warnings) process.stderr.write(`herdbench: ${warning}\n`);
  const lines = [
    `${options.out}: ${done.runs} runs, ${done.written} files written, ${done.unchanged} unchanged`,
    ...done.notes,
    ...(done.notes.some((note) => note.includes(": left out"))
      ? ["--include-unknown PROVIDER publishes its figures at your own decision, once you have read its terms"]
      : []),
  ];
  process.stdout.write(options.json === true ? `${JSON.stringify(done, null, 2)}\n` : `${lines.join("\n")}\n`);
  return EXIT.ok;
}

/**
 * What may be published, by the providers' files..
 *
 * @param included providers of unknown terms that are published all the same; true: all
 */
export async function publicationPolicy(
  included: readonly string[] | true,
  providersDir: string | null,
): Promise<PublicationPolicy> {
  const ids = await providerIds(providersDir);
  const unknown = included === true ? [] : included.filter((id) => !ids.includes(id));
  if (unknown.length > 0) {
    throw new UsageError(
      ...unknown.map((id) => `--include-unknown: no provider "${id}"; \`herdbench providers\` lists them`),
    );
  }
  const terms = await Promise.all(
    ids.map(async (id): Promise<readonly [string, Publication]> => [
      id,
      (await loadProvider(id, providersDir)).publication,
    ]),
  );
  return { terms: new Map(terms), included: included === true ? null : included };
}

/**
 * What is done after each part of a night: index, and site where it has a place. No night is lost by it, so that what goes wrong comes
 * back as sentences.
 */
export async function publishNight(
  resultsDir: string,
  publishDir: string | null,
  providersDir: string | null,
): Promise<readonly string[]> {
  const steps = [
    () => refreshIndex(resultsDir, rebuildReports),
    ...(publishDir === null
      ? []
      : [
          async () =>
            publishSite({
              resultsDir,
              outDir: publishDir,
              policy: await publicationPolicy([], providersDir),
              siteUrl: null,
            }),
        ]),
  ];
  const problems: string[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  return problems;
}
