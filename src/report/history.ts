import { hoursOfWeek, type Series } from "../measure/series/series.ts";
import { sparkline, thinned } from "./sparkline.ts";
import { interval, NO_VALUE, percent, plural, short } from "./text.ts";

const SPARK_CHARS_MAX = 40;
const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const HOURS = 24;

/** Series as a screen of text: one block per scenario and figure, one line per target. Ends with a line feed. */
export function historyScreen(series: readonly Series[], byHour: boolean): string {
  const blocks = Map.groupBy(series, ({ scenario, load, vantage, metric, stat, unit }) =>
    [`${metric} ${stat}, ${unit}`, scenario, load, `from ${vantage}`].join("  "),
  );
  return [...blocks].map(([title, members]) => block(title, members, byHour)).join("\n");
}

/** Series with all their points as JSON; infinity is `"inf"`. Ends with a line feed. */
export function historyJson(series: readonly Series[]): string {
  const told = series.map((one) => ({ ...one, hoursOfWeek: hoursOfWeek(one) }));
  const replacer = (_key: string, value: unknown): unknown =>
    value === Infinity ? "inf" : value === -Infinity ? "-inf" : value;
  return `${JSON.stringify({ v: 1, series: told }, replacer, 2)}\n`;
}

function block(title: string, series: readonly Series[], byHour: boolean): string {
  const width = Math.max(...series.map(({ target }) => target.length));
  const lines = series.flatMap((one) => [
    ...seriesLines(one, width),
    ...(byHour ? hourLines(one).map((line) => `  ${line}`) : []),
  ]);
  return [title, ...lines, ""].join("\n");
}

function seriesLines(series: Series, width: number): readonly string[] {
  const { target, points, median, noise, changes, invalid, simulated } = series;
  const values = points.map(({ value, isValid }) => (isValid ? value : null));
  const last = points.findLast(({ value, isValid }) => isValid && value !== null);
  const told = [
    `last ${last === undefined ? NO_VALUE : withInterval(last)}`,
    `median ${short(median)} of ${plural(points.length, "run")}`,
    ...(noise === null ? [] : [`night to night ±${percent(noise)} %`]),
    ...(invalid === 0 ? [] : [`${invalid} INVALID left out`]),
    ...(simulated ? ["SIMULATED"] : []),
  ];
  return [
    `  ${target.padEnd(width)}  ${sparkline(thinned(values, SPARK_CHARS_MAX))}  ${told.join(", ")}`,
    ...changes.map(
      ({ at, before, after }) =>
        `  ${" ".repeat(width)}  since ${at.slice(0, 16)}Z ${short(after)}, before ${short(before)}${relative(before, after)}`,
    ),
  ];
}

function withInterval({ value, low, high }: Series["points"][number]): string {
  const ends = interval(low, high);
  return ends === "" ? short(value) : `${short(value)} (${ends})`;
}

/** ` (+12 %)`; nothing where no share can be taken. */
export function relative(before: number, after: number): string {
  if (!Number.isFinite(before) || !Number.isFinite(after) || before === 0) return "";
  const share = (after - before) / Math.abs(before);
  return ` (${share < 0 ? "-" : "+"}${percent(Math.abs(share))} %)`;
}

/** A line per day of the week, a character per hour, UTC. */
function hourLines(series: Series): readonly string[] {
  const hours = hoursOfWeek(series);
  if (hours.length === 0) return [];
  const cells = Array.from({ length: DAYS.length * HOURS }, (_, i) => {
    const found = hours.find(({ day, hour }) => day * HOURS + hour === i);
    return found?.median ?? null;
  });
  const marks = sparkline(cells);
  const finite = hours.map(({ median }) => median);
  return [
    `hour of the week, UTC, median of each: ▁ ${short(Math.min(...finite))} to █ ${short(Math.max(...finite))}`,
    "    0     6     12    18",
    ...DAYS.map((day, i) => `${day} ${marks.slice(i * HOURS, (i + 1) * HOURS)}`),
  ];
}
