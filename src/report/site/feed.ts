import { createHash } from "node:crypto";
import type { Unit } from "../../core/metric.ts";
import { percent, short } from "../text.ts";
import { escaped } from "../html/escaped.ts";
import { regressionKey, type SiteRegression } from "./regressions.ts";
import { targetPath } from "./paths.ts";

/** Entries of a feed; readers keep what they have seen. */
const ENTRIES_MAX = 100;

/**
 * `feed.xml`: confirmed regressions as Atom (RFC 4287), newest first. Equal regressions give equal bytes. Ends with a line feed.
 *
 * @param newest day of the newest run, for a feed without an entry
 * @param siteUrl absolute, with a slash at its end; null: links are relative to the feed
 */
export function feedXml(regressions: readonly SiteRegression[], newest: string, siteUrl: string | null): string {
  const shown = regressions.slice(0, ENTRIES_MAX);
  const updated = midnight(shown[0]?.confirmedOn ?? newest);
  const base = siteUrl === null ? "" : ` xml:base="${escaped(siteUrl)}"`;
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"${base}>
<title>herdbench: confirmed regressions</title>
<id>${siteUrl === null ? urn("feed") : escaped(siteUrl)}</id>
<updated>${updated}</updated>
<author><name>herdbench</name></author>
<link rel="self" type="application/atom+xml" href="feed.xml"/>
<link rel="alternate" type="text/html" href="index.html"/>
${shown.map(entry).join("")}</feed>
`;
}

function entry(of: SiteRegression): string {
  return `<entry>
<title>${escaped(regressionTitle(of))}</title>
<id>${urn(regressionKey(of))}</id>
<updated>${midnight(of.confirmedOn)}</updated>
<link rel="alternate" type="text/html" href="${targetPath(of.target)}"/>
<summary>${escaped(regressionDetail(of))}</summary>
</entry>
`;
}

/** `sim-fast: ttft p95_all +34 % (chat-short)`. */
export function regressionTitle({ target, scenario, metric, stat, unit, change }: SiteRegression): string {
  return `${target}: ${metric}${stat === "value" ? "" : ` ${stat}`} ${changed(change.value, unit)} (${scenario})`;
}

export function regressionDetail({
  value,
  baseline,
  unit,
  change,
  nights,
  since,
  confirmedOn,
}: SiteRegression): string {
  const interval =
    Number.isFinite(change.low) && Number.isFinite(change.high)
      ? `, 95 % interval ${signed(change.low, unit)} to ${signed(change.high, unit)}`
      : "";
  return `${short(value)} ${unit} against a median of ${short(baseline)} over ${nights} nights${interval}; since ${since}, confirmed on ${confirmedOn}.`;
}

function changed(share: number, unit: Unit): string {
  return Number.isFinite(share) ? signed(share, unit) : "fails";
}

/** A change of a share is its difference, not one relative to it. */
function signed(share: number, unit: Unit): string {
  return `${share < 0 ? "-" : "+"}${percent(Math.abs(share))} ${unit === "share" ? "points" : "%"}`;
}

/** A name that stays (RFC 4122, version 8 of RFC 9562: of a hash). */
function urn(key: string): string {
  const hex = createHash("sha256").update(`herdbench\n${key}`).digest("hex");
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return `urn:uuid:${parts.join("-")}`;
}

function midnight(day: string): string {
  return `${day}T00:00:00Z`;
}
