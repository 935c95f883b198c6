import { expect, test } from "vitest";
import { openProgress } from "../../src/cli/progress.ts";
import { answer, failed } from "../support/observations.ts";

test("progress counts requests, however many attempts they take", () => {
  const written: string[] = [];
  const screen = { write: (text: string) => void written.push(text), isTTY: false, columns: 80, color: false };
  const progress = openProgress(screen, ["alpha"]);
  progress.scenario("chat", 2);
  progress.seen(failed({ pair: 0, kind: "rate-limited" }).observation);
  for (const attempt of [2, 3]) {
    progress.seen(answer({ pair: 0, attempt, ttftMs: 1, gapsMs: [], tokens: 1 }).observation);
  }
  progress.stop();
  expect(written).toEqual(["chat: 2 requests to each of 1 targets\n", "chat: alpha 1/2 (1 failed)\n"]);
});
