import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { floorText, unexplained, watchHost, type HostFloor } from "../support/host-floor.ts";

const floorOf = (p99Ms: number, maxMs: number): HostFloor => ({
  p50Ms: 0.6,
  p99Ms,
  maxMs,
  stolenShare: null,
  busyShare: null,
});

describe("the reasons of an INVALID run", () => {
  const BLOCKED = "custom: event loop blocked for 60 ms, limit 50 ms";
  const LATE = "custom: client delay p99 is at least 9.5 ms over 100 due times, limit 5 ms";
  const SPAN = "custom, sim-fast: 100 releases span 5049 ms, their plan 4950 ms, limit 1 %";

  it("are the client's own on a machine that let an idle process wake in time", () => {
    expect(unexplained([BLOCKED, LATE, SPAN], floorOf(1.2, 3))).toEqual([BLOCKED, LATE, SPAN]);
  });

  it("are the machine's when an idle process was late by half as much, a quantile by its quantile", () => {
    expect(unexplained([BLOCKED, LATE, SPAN], floorOf(4.75, 49.5))).toEqual([]);
    expect(unexplained([BLOCKED, LATE, SPAN], floorOf(4.7, 49.4))).toEqual([LATE, SPAN]);
    expect(unexplained([BLOCKED, LATE, SPAN], floorOf(4.7, 29.9))).toEqual([BLOCKED, LATE, SPAN]);
  });

  it("are the machine's when nothing of it was left", () => {
    expect(unexplained([BLOCKED, LATE, SPAN], { ...floorOf(1.2, 3), busyShare: 0.91 })).toEqual([]);
    expect(unexplained([BLOCKED, LATE, SPAN], { ...floorOf(1.2, 3), busyShare: 0.9 })).toHaveLength(3);
  });

  it("are the client's own when they speak of no delay", () => {
    const counts = "custom, sim-fast: 30 of 40 planned requests accounted for, limit 1 % off";
    const busy = { ...floorOf(1000, 1000), busyShare: 1 };
    expect(unexplained([counts, "the run was never closed"], busy)).toEqual([counts, "the run was never closed"]);
  });
});

describe("an idle process", () => {
  it("says how late it woke for each of its milliseconds", async () => {
    const host = await watchHost();
    await sleep(300);
    const floor = await host.stop();
    expect(floor.p50Ms).toBeGreaterThan(0);
    expect(floor.p99Ms).toBeGreaterThanOrEqual(floor.p50Ms);
    expect(floor.maxMs).toBeGreaterThanOrEqual(floor.p99Ms);
    expect(floorText(floor)).toMatch(/^an idle process late by p50 \d+\.\d p99 \d+\.\d max \d+\.\d ms/);
  });
});
