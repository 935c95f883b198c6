import { plain } from "../../../core/text.ts";
import type { GroupAnalysis } from "../../../measure/analysis.ts";
import type { Group } from "../../../measure/group.ts";
import type { Scenario } from "../../../core/scenario.ts";
import { cut } from "../../columns.ts";

/** How one target looks in every picture of a page: colour, shape and dash together, since none alone reaches everybody. */
export interface Series {
  readonly name: string;
  readonly colour: string;
  readonly symbol: (typeof SYMBOLS)[number];
  readonly dash: string;
}

/** One target in one scenario: its figures, and the requests behind them. */
export interface Entry {
  readonly series: Series;
  readonly figures: GroupAnalysis;
  readonly group: Group;
}

/** All targets of one scenario. */
export interface Scene {
  readonly scenario: Scenario;
  readonly entries: readonly Entry[];
}

/** Colours of the style sheet: `--s1` to `--s8`. */
const COLOURS = 8;
const SYMBOLS = ["circle", "square", "triangle", "diamond", "star", "cross", "wye"] as const;
const DASHES = ["none", "7 3", "2 3", "9 3 2 3", "14 4", "4 2", "1 2", "6 2 1 2 1 2"] as const;
const NAME_COLUMNS_MAX = 20;

/** @param index of the target in the manifest, so that it looks the same in every scenario */
export function seriesAt(index: number, target: string): Series {
  return {
    name: cut(plain(target), NAME_COLUMNS_MAX),
    colour: colourAt(index),
    symbol: SYMBOLS[(index + Math.floor(index / COLOURS)) % SYMBOLS.length]!,
    dash: DASHES[index % DASHES.length]!,
  };
}

function colourAt(index: number): string {
  return `var(--s${(index % COLOURS) + 1})`;
}

/** Of what is no target, such as a kind of failure: no colour that stands for one. `--k1` to `--k5` of the style sheet. */
export const SHADES = 5;

/** @param index below {@link SHADES} */
export function shadeAt(index: number): string {
  return `var(--k${index + 1})`;
}
