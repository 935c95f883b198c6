import type { CarbonOverrides, StatedName } from "../../core/carbon.ts";
import { own } from "./data/provenance.ts";
import { type Precision, type Shape, SHAPES, UNCALIBRATED } from "./data/shapes.ts";
import { type Factor, factorOf, nameFactor, type Provenance } from "./factor.ts";
import type { CarbonFlag } from "./flags.ts";
import { supplied } from "./overrides.ts";
import { exactly } from "./range.ts";

/** What a target says of itself. */
export interface CarbonTarget {
  /** Id of the provider. */
  readonly provider: string;
  /** Canonical model name, or the raw id. */
  readonly model: string;
  readonly region: string | null;
  /** Regions in which the seller offers the model; they count when `region` is null. Empty when it does not say. */
  readonly publishedRegions: readonly string[];
  /** Number format of the weights as the seller states it. */
  readonly precision: string | null;
}

/** Deployments that may stand behind a target, with the weights of an assumption that add up to 1. */
export interface Hardware {
  readonly scenarios: readonly { readonly shape: Shape; readonly weight: number }[];
  readonly flags: readonly CarbonFlag[];
  readonly factors: readonly Factor[];
}

/** Sellers that run silicon of their own. */
const OWN_SILICON: ReadonlyMap<string, string> = new Map([
  ["sambanova", "sn40l"],
  ["cerebras", "cs-3"],
  ["groq", "lpu"],
]);

const ANY_FORMAT: readonly Precision[] = ["fp8", "bf16"];

const FORMATS: ReadonlyMap<string, Precision> = new Map([
  ["fp8", "fp8"],
  ["bf16", "bf16"],
  ["fp16", "bf16"],
  ["bfloat16", "bf16"],
  ["float16", "bf16"],
]);

/**
 * Whether the model has the shape that was measured: Llama 3.1 405B or a fine-tune of it (Hermes, Tulu). No other family
 * has a model of 405 billion parameters, so the size in the name decides.
 */
export function isMeasuredModel(model: string): boolean {
  return /(^|[^0-9])405b([^a-z0-9]|$)/i.test(model);
}

/** The deployments of a target, or the reason why nothing can be estimated for it. */
export function hardwareOf(target: CarbonTarget, overrides: CarbonOverrides): Hardware | { readonly reason: string } {
  if (overrides.hardware !== undefined) return namedHardware(overrides.hardware);
  const silicon = OWN_SILICON.get(target.provider);
  if (silicon !== undefined) return { reason: whyNot(silicon) };
  const stated = overrides.precision?.value ?? target.precision;
  const formats = stated === null || stated === "" ? ANY_FORMAT : formatsOf(stated);
  if (formats === null) return { reason: `no deployment with ${stated} weights is calibrated; only fp8 and bf16 are` };
  const shapes = SHAPES.filter((shape) => formats.includes(shape.precision));
  const total = shapes.reduce((sum, shape) => sum + shape.weight, 0);
  const scenarios = shapes.map((shape) => ({ shape, weight: shape.weight / total }));
  const onlyB200 = shapes.every((shape) => shape.precision === "bf16");
  return {
    scenarios,
    flags: onlyB200 ? ["hardware-unknown", "bf16-on-b200-only"] : ["hardware-unknown"],
    factors: [
      ...(stated ? [nameFactor("number format of the weights", stated, null, formatFrom(overrides))] : []),
      ...scenarios.map(({ shape, weight }) => weightFactor(shape, weight)),
    ],
  };
}

function formatFrom({ precision }: CarbonOverrides): Provenance {
  if (precision !== undefined) return supplied(precision);
  return { source: "the target's definition", date: "this run", licence: "yours", kind: "stated" };
}

function weightFactor(shape: Shape, weight: number): Factor {
  const name = "weight of the hardware scenario";
  const assumed = own("shares of the calibrated deployments while the hardware is unknown");
  return factorOf({ name, unit: "share", range: exactly(weight), ...assumed }, shape.id);
}

function namedHardware(stated: StatedName): Hardware | { readonly reason: string } {
  const id = stated.value.toLowerCase().replaceAll("_", "-");
  const shape = SHAPES.find((known) => known.id === id);
  if (shape === undefined) return { reason: whyNot(id) };
  const factors = [nameFactor("hardware", shape.title, shape.id, supplied(stated))];
  return { scenarios: [{ shape, weight: 1 }], flags: [], factors };
}

/** Why hardware has no estimate, and what would give it one. */
function whyNot(id: string): string {
  const reason = UNCALIBRATED.find(({ pattern }) => pattern.test(id))?.reason ?? `unknown hardware "${id}"`;
  const known = SHAPES.map((calibrated) => calibrated.id).join(", ");
  return `${reason} (calibrated: ${known}; else supply measured joules per output token)`;
}

/**
 * Number formats that a seller's words leave open (`fp8`, `fp16 or bf16`), 16 bits being one. Null for words that name any
 * other, such as `int4`.
 */
function formatsOf(stated: string): readonly Precision[] | null {
  const words = stated
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== "" && word !== "or");
  const formats = words.map((word) => FORMATS.get(word));
  return formats.every((format) => format !== undefined) ? formats : null;
}
