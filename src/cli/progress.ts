import { styleText } from "node:util";
import type { Observation } from "../core/observation.ts";

/** Shows how a run is doing while it works. Writes to standard error only. */
export interface Progress {
  /** @param planned requests per target; null where answers decide */
  scenario(title: string, planned: number | null): void;
  seen(observation: Observation): void;
  /** One line that stays. */
  note(text: string): void;
  stop(): void;
}

/** The terminal as the progress display needs it. */
export interface Screen {
  write(text: string): void;
  readonly isTTY: boolean;
  readonly columns: number;
  readonly color: boolean;
}

const REDRAW_MS = 200;
const PLAIN_MS = 5000;

/** Live rows on a terminal, a plain line now and then elsewhere. */
export function openProgress(screen: Screen, targets: readonly string[]): Progress {
  let title = "";
  let planned: number | null = 0;
  let rows = new Map<string, Row>();
  let drawn = 0;
  let startedAt = Date.now();

  const erase = (): string => (drawn > 0 ? `\u001b[${drawn}A\u001b[J` : "");
  const draw = (): void => {
    const lines = [heading(title, startedAt), ...[...rows].map(([id, row]) => rowText(id, row, planned, screen))];
    const fitted = lines.map((line) => (line.length > screen.columns ? `${line.slice(0, screen.columns - 1)}…` : line));
    const [first, ...rest] = fitted;
    screen.write(`${erase()}${[screen.color ? styleText("bold", first!) : first!, ...rest].join("\n")}\n`);
    drawn = fitted.length;
  };
  const plain = (): void => {
    const states = [...rows].map(
      ([id, { ended, bad }]) => `${id} ${ended}${of(planned)}${bad > 0 ? ` (${bad} failed)` : ""}`,
    );
    screen.write(`${title}: ${states.join(", ")}\n`);
  };
  const show = screen.isTTY ? draw : plain;
  let timer: NodeJS.Timeout | null = null;
  const close = (): void => {
    if (timer === null) return;
    clearInterval(timer);
    timer = null;
    show();
    drawn = 0;
  };
  return {
    scenario: (name, requests) => {
      close();
      title = name;
      planned = requests;
      startedAt = Date.now();
      rows = new Map(targets.map((id) => [id, { ended: 0, bad: 0, ttftSumMs: 0, answered: 0 }]));
      if (!screen.isTTY)
        screen.write(`${name}: ${requests ?? "as many as fit"} requests to each of ${targets.length} targets\n`);
      timer = setInterval(show, screen.isTTY ? REDRAW_MS : PLAIN_MS);
      timer.unref();
    },
    seen: ({ target, phase, attempt, outcome, stamps }) => {
      const row = rows.get(target);
      // What was planned are first attempts.
      if (row === undefined || phase === "warmup" || attempt > 1) return;
      if (outcome === "not-started") return;
      row.ended += 1;
      if (outcome === "failed" || outcome === "dropped") row.bad += 1;
      else if (stamps.firstContent !== null && stamps.sent !== null) {
        row.answered += 1;
        row.ttftSumMs += (stamps.firstContent - stamps.sent) / 1000;
      }
    },
    note: (text) => {
      screen.write(`${erase()}${text}\n`);
      drawn = 0;
      if (screen.isTTY && timer !== null) draw();
    },
    stop: close,
  };
}

/** Says nothing: for `--quiet`. */
export const silent: Progress = {
  scenario: () => undefined,
  seen: () => undefined,
  note: () => undefined,
  stop: () => undefined,
};

interface Row {
  ended: number;
  bad: number;
  ttftSumMs: number;
  answered: number;
}

function heading(title: string, startedAt: number): string {
  return `${title}  ${Math.round((Date.now() - startedAt) / 1000)} s`;
}

function rowText(id: string, row: Row, planned: number | null, screen: Screen): string {
  const width = 20;
  const full = planned === null || planned === 0 ? 0 : Math.min(width, Math.round((row.ended / planned) * width));
  const bar = "#".repeat(full) + "-".repeat(width - full);
  const failed = row.bad > 0 ? `  ${row.bad} failed` : "";
  const ttft = row.answered > 0 ? `  TTFT ${Math.round(row.ttftSumMs / row.answered)} ms` : "";
  const text = `  ${id.padEnd(16)} [${bar}] ${String(row.ended).padStart(4)}${of(planned)}${ttft}`;
  return `${text}${failed !== "" && screen.color ? styleText("red", failed) : failed}`;
}

function of(planned: number | null): string {
  return planned === null ? "" : `/${planned}`;
}
