import { FAULT_NAMES, TIMED_FAULTS } from "./fault.ts";
import { USAGE_MODES, type Profiles } from "./profile.ts";
import { isRecord } from "./record.ts";
import { integerIn, listOf, numberIn, object, oneOf, orNull, text, type Check } from "./shape.ts";

/** Longest duration that a profile may state: one day. */
const MS_MAX = 86_400_000;

const ms = numberIn(0, MS_MAX);
const sigma = numberIn(0, 3);
const share = numberIn(0, 1);
const turns = integerIn(1, 1_000_000_000);

const retryAfterS: Check = (value, path, problems) => {
  if (value !== "honest") orNull(numberIn(0, MS_MAX / 1000))(value, path, problems);
};

const fault: Check = (value, path, problems) => {
  const timed = isRecord(value) && (TIMED_FAULTS as readonly unknown[]).includes(value["name"]);
  const onTurn = isRecord(value) && ("every" in value || "from" in value);
  const occasion = onTurn ? { every: turns, from: turns } : { share };
  object({ name: oneOf(FAULT_NAMES), ...occasion, ...(timed ? { ms } : {}) })(value, path, problems);
};

const profile = object({
  roundTripMs: ms,
  ttft: object({ baseMs: ms, perInputTokenMs: numberIn(0, 1000), sigma }),
  interEvent: object({ meanMs: ms, sigma }),
  tokensPerEvent: integerIn(1, 1024),
  capacity: integerIn(1, 65_536),
  queueMax: integerIn(0, 65_536),
  replicas: listOf(numberIn(0.01, 100), 1),
  prefixCache: orNull(object({ blockTokens: integerIn(1, 4096), blocksMax: integerIn(1, 1_000_000) })),
  // An amplitude of 1 would stop time.
  drift: orNull(object({ amplitude: numberIn(0, 0.99), periodMs: numberIn(1, MS_MAX) })),
  prologue: object({ roleMs: ms, emptyDeltaMs: orNull(ms) }),
  epilogue: object({ usageMs: ms, doneMs: ms }),
  usage: oneOf(USAGE_MODES),
  faults: listOf(fault, 0),
  rateLimit: orNull(
    object({ ratePerSecond: numberIn(0.001, 1e6), burst: numberIn(1, 1e6), penaltyMs: ms, retryAfterS }),
  ),
  apiKey: orNull(text),
});

/** A name stands in a URL path, and must not hide the routes of the server itself. */
const PROFILE_NAME = /^[a-z0-9][a-z0-9.-]{0,63}$/;
const RESERVED_NAMES = ["healthz", "stats", "ledger", "provider", "planted"];

/**
 * Reads profiles by name from parsed JSON. Every profile is stated in full; unknown keys are refused.
 *
 * @returns all problems at once, one sentence each, or the profiles
 */
export function parseProfiles(
  value: unknown,
): { readonly ok: true; readonly profiles: Profiles } | { readonly ok: false; readonly problems: readonly string[] } {
  const problems: string[] = [];
  if (!isRecord(value)) return { ok: false, problems: ["profiles: must be an object of profiles by name"] };
  for (const [name, given] of Object.entries(value)) {
    if (!PROFILE_NAME.test(name) || RESERVED_NAMES.includes(name)) {
      problems.push(
        `${name}: is not a profile name (lower-case letters, digits, "-", "."; not ${RESERVED_NAMES.join(", ")})`,
      );
    }
    profile(given, name, problems);
    const sum = shareSum(given);
    if (sum > 1 + 1e-9) problems.push(`${name}.faults: shares add up to ${sum}, more than 1`);
  }
  return problems.length === 0 ? { ok: true, profiles: value as Profiles } : { ok: false, problems };
}

function shareSum(value: unknown): number {
  const faults = isRecord(value) && Array.isArray(value["faults"]) ? (value["faults"] as readonly unknown[]) : [];
  return faults.reduce<number>((sum, each) => sum + (isRecord(each) ? Number(each["share"]) || 0 : 0), 0);
}
