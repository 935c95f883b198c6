import { describe, expect, it } from "vitest";
import type { ServerTimings } from "../../src/core/provider.ts";
import { groupOf, rowOf, times } from "../support/measured.ts";
import { answer, recordOf, type Recorded } from "../support/observations.ts";

const NOTHING: ServerTimings = { queueMs: null, ttftMs: null, promptMs: null, decodeMs: null, totalMs: null };
const told = (pair: number, ttftMs: number, server: Partial<ServerTimings>): Recorded =>
  answer({ pair, ttftMs, gapsMs: [10], tokens: 2, fields: { server: { ...NOTHING, ...server } } });
const mean = (recorded: readonly Recorded[]) => rowOf(groupOf(recordOf(recorded, {})), "ttft_gap", "mean");

describe("ttft_gap", () => {
  it.each([
    ["its own time to first token", { ttftMs: 80, queueMs: 5, promptMs: 10 }, 20, []],
    ["queue and prompt times", { queueMs: 30, promptMs: 50 }, 20, []],
    ["a prompt time alone", { promptMs: 80 }, 20, ["server_queue_untold"]],
  ] as const)("is TTFT minus %s", (_what, server, expected, flags) => {
    expect(mean([told(0, 100, server)])).toMatchObject({ value: expected, n: 1, flags });
  });

  it.each([
    ["nothing", {}],
    ["only a total", { totalMs: 50 }],
    ["only a queue", { queueMs: 50 }],
  ] as const)("has no value when the server tells %s", (_what, server) => {
    expect(mean([told(0, 100, server)])).toMatchObject({ value: null, flags: ["no_values"] });
  });

  it("has no value without the server's clock", () => {
    expect(mean([answer({ pair: 0, ttftMs: 100, gapsMs: [10], tokens: 2 })]).value).toBeNull();
  });

  it("is flagged when the server claims to have been later than we saw it", () => {
    expect(mean([told(0, 100, { ttftMs: 80 }), told(1, 100, { ttftMs: 102 })]).flags).toEqual([
      "server_clock_negative",
    ]);
    expect(mean([told(0, 100, { ttftMs: 100.9 })]).flags).toEqual([]);
  });

  it("is flagged as jumpy when its middle 80 % spans more than 20 ms and more than itself", () => {
    const spread = (ms: number, base: number): Recorded[] =>
      times(20, (i) => told(i, 500, { ttftMs: 500 - base - (i / 19) * ms }));
    expect(mean(spread(60, 5)).flags).toEqual(["server_clock_jumpy"]);
    // As wide, but a far server's gap is as long as that.
    expect(mean(spread(60, 100)).flags).toEqual([]);
    expect(mean(spread(15, 1)).flags).toEqual([]);
    expect(mean(spread(60, 5).slice(0, 9)).flags).toEqual([]);
  });

  it("reaches the flags of the group", () => {
    expect(groupOf(recordOf([told(0, 100, { ttftMs: 150 })], {})).flags).toContain("server_clock_negative");
  });
});
