import { DEFAULT_MODEL, type ModelEntry, type Provider, type SignInFacts, type Tier } from "../core/provider.ts";
import type { Price } from "../core/target.ts";
import { loadProvider, providerIds } from "../registry.ts";
import { plain, usd } from "../report/text.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { providerRow, type ProviderRow } from "./provider-rows.ts";
import { columns } from "./table.ts";

export interface ProvidersOptions {
  readonly providersDir?: string;
  readonly model?: string;
  readonly all?: boolean;
  readonly json?: boolean;
}

const NOT_FOUND = "not found";

/** `herdbench providers list`: who sells the model, the callable ones first. */
export async function listProviders(options: ProvidersOptions): Promise<ExitCode> {
  const folder = options.providersDir ?? null;
  const model = options.model ?? DEFAULT_MODEL;
  const providers = await Promise.all((await providerIds(folder)).map((id) => loadProvider(id, folder)));
  const rows = providers
    .filter(({ kind }) => kind !== "simulator")
    .map((provider) => providerRow(provider, model, process.env, Date.now()))
    .toSorted((a, b) => Number(b.callable) - Number(a.callable));
  const shown = options.all === true ? rows : rows.filter(({ callable }) => callable);
  if (options.json === true) print(JSON.stringify(shown, null, 2));
  else {
    const header = ["provider", "status", "since", "$/M in, out", "as of", "verified", "key"];
    for (const line of columns([header, ...shown.map(cells)])) print(line);
    const hidden = rows.length - shown.length;
    print("");
    print(`${shown.length} of ${rows.length} providers of ${plain(model)}`);
    if (hidden > 0) print(`${hidden} more are gone or never listed it: providers list --all`);
    print("next: herdbench providers show ID, providers check ID");
  }
  return EXIT.ok;
}

function cells(row: ProviderRow): string[] {
  const doubt = [row.stale ? "stale" : "", row.disputed ? "disputed" : ""].filter((word) => word !== "");
  const dated = row.price.kind === "unknown" ? null : row.price.asOf;
  const key = row.key.variable === null ? "none needed" : row.key.present ? "present" : `${row.key.variable} missing`;
  return [
    row.id,
    row.status,
    row.retiredOn ?? (row.lastSeen === null ? "" : `seen ${row.lastSeen}`),
    priceText(row.price),
    [dated ?? "", ...doubt].join(" ").trim(),
    row.verified,
    key,
  ];
}

function priceText(price: Price): string {
  if (price.kind === "tokens") return `${usd(price.inputUsdPerMtok)}, ${usd(price.outputUsdPerMtok)}`;
  return price.kind === "hour" ? `${usd(price.usdPerReplicaHour)}/h x ${price.replicas}` : "unknown";
}

/** `herdbench providers show ID`: everything that its file states, with sources. */
export async function showProvider(id: string, options: ProvidersOptions): Promise<ExitCode> {
  const provider = await loadProvider(id, options.providersDir ?? null);
  if (options.json === true) print(JSON.stringify(provider, null, 2));
  else for (const line of providerText(provider)) print(line);
  return EXIT.ok;
}

function providerText(provider: Provider): string[] {
  const { dialect, signIn, proof } = provider;
  const facts: readonly (readonly [string, string | null])[] = [
    ["kind", provider.kind],
    ["address", `${provider.baseUrl ?? "{your own}"}${provider.endpoint}`],
    ...Object.entries(provider.parameters).map(
      ([name, { title, env, standard }]) =>
        [`  {${name}}`, `${title}; ${[...env, standard === null ? "" : `else ${standard}`].join(" ").trim()}`] as const,
    ),
    ["sign-in", signInText(signIn)],
    ["regions", provider.regions?.join(", ") ?? null],
    ["output limit", dialect.maxTokensField],
    ["usage", `${dialect.usage}${dialect.streamOptions ? ", asked for with stream_options" : ""}`],
    ["stream ends", dialect.terminator],
    ["server clock", dialect.timings],
    ["rate limits", dialect.rateLimits],
    ["errors", dialect.errors],
    ["echoes model", dialect.echo],
    ["never sent", dialect.refuses.length === 0 ? "-" : dialect.refuses.join(", ")],
    [
      "wire proven by",
      proof.kind === "none" ? "nothing" : [proof.kind, proof.date, proof.source].filter(Boolean).join(", "),
    ],
    ["verified live", provider.verifiedLive ?? "never"],
  ];
  return [
    `${provider.id}: ${provider.name}`,
    ...columns(facts.map(([name, value]) => [`  ${name}`, value ?? NOT_FOUND])),
    ...Object.entries(provider.models).flatMap(([name, entry]) => ["", name, ...modelText(entry)]),
    ...(provider.notes.length > 0 ? ["", "notes", ...provider.notes.map((note) => `  ${note}`)] : []),
    ...(provider.sources.length > 0 ? ["", "sources", ...provider.sources.map((source) => `  ${source}`)] : []),
  ].map(plainLine);
}

function signInText(signIn: SignInFacts): string {
  if (signIn.scheme === "none") return "none";
  const variables = signIn.env.join(" or ");
  if (signIn.scheme === "code") return `${signIn.title}; ${variables}`;
  const grant = signIn.scheme === "bearer" ? signIn.clientCredentials : null;
  const also =
    grant === null ? "" : `, or id and secret in ${grant.clientId.join(" or ")}, ${grant.clientSecret.join(" or ")}`;
  return `${signIn.scheme}, key in ${variables}${also}`;
}

function modelText(entry: ModelEntry): string[] {
  const facts: readonly (readonly [string, string | number | null])[] = [
    ["id", entry.id],
    ["status", [entry.status, entry.retiredOn, entry.statusNote].filter((part) => part !== null).join(", ")],
    ["last seen", entry.lastSeen],
    ...[entry.price, ...entry.otherPrices].map((price) => ["price", priceWithSource(price)] as const),
    ...Object.entries(entry.tiers).map(([name, tier]) => [`tier ${name}`, tierText(tier)] as const),
    ["precision", entry.precision],
    ["context", entry.contextTokens],
    ["output limit", entry.maxOutputTokens],
    ["source", entry.source],
  ];
  return columns(facts.map(([name, value]) => [`  ${name}`, String(value ?? NOT_FOUND)]));
}

function tierText({ id, price, regions, note }: Tier): string {
  const parts = [id, regions?.join(" "), price === null ? null : priceWithSource(price), note];
  return parts.filter((part) => part !== null && part !== undefined).join("; ") || "as without it";
}

function priceWithSource(price: Price): string {
  if (price.kind === "unknown") return `unknown: ${price.reason}`;
  return `${priceText(price)} as of ${price.asOf ?? "an unknown day"} (${price.source})`;
}

/** Indentation stays, everything that could act on a terminal goes. */
function plainLine(line: string): string {
  const indent = /^ */.exec(line)![0];
  return indent + plain(line);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
