import { CAP_UNITS, NO_CAPS, type CapReached, type Caps, type CapUnit, type RunCaps } from "../core/caps.ts";
import type { Reservation, Settlement } from "./reservation.ts";

/**
 * Keeps a run under its caps: a call leaves only if its worst case still fits beside all that is billed, kept and in flight.
 * A call whose bill stays unknown keeps its full reservation. So nothing goes above a cap, but for what a server bills
 * beyond a call's reservation: the overshoot, which counts against the caps and is named.
 */
export interface Budget {
  of(target: string): Account;
  /** What calls took before this process: counted, never refused. */
  carry(target: string, reserved: Reservation, settled: Settlement): void;
  /** The caps that were reached, in that order. */
  reached(): readonly CapReached[];
  /** What calls cost beyond their own reservations, USD. */
  overshootUsd(): number;
}

/** The part of a budget that one target draws on: its own caps and the run's. */
export interface Account {
  /** True when money or tokens have a limit here, so that an answer must not go past its reservation. */
  readonly isCapped: boolean;
  /** How many calls like this would fit together now, Infinity without a cap. Asking takes nothing. */
  room(worst: Reservation): number;
  /** False when the worst case would go over a cap; then nothing is reserved, now or later. */
  reserve(worst: Reservation): boolean;
  /** To be called once for each reservation. */
  settle(reserved: Reservation, settled: Settlement): void;
  /** True once a call did not fit: nothing more leaves. */
  exhausted(): boolean;
}

type Amount = Readonly<Record<CapUnit, number>>;

export function openBudget(caps: RunCaps): Budget {
  const ofRun = openPot(null, caps.run);
  const byTarget = new Map<string, Pot>();
  const reached: CapReached[] = [];
  let overshootUsd = 0;

  const potOf = (target: string): Pot => {
    const pot = byTarget.get(target) ?? openPot(target, caps.targets[target] ?? NO_CAPS);
    byTarget.set(target, pot);
    return pot;
  };
  const of = (target: string): Account => {
    const pots = [potOf(target), ofRun];
    const exhausted = (): boolean => pots.some((pot) => pot.isFull());
    return {
      isCapped: pots.some((pot) => pot.caps.usd !== null || pot.caps.tokens !== null),
      exhausted,
      room: (worst) => (exhausted() ? 0 : Math.min(...pots.map((pot) => pot.room(amountOf(worst))))),
      reserve: (worst) => {
        if (exhausted()) return false;
        const next = amountOf(worst);
        for (const pot of pots) {
          const refusal = pot.fillBy(next);
          if (refusal === null) continue;
          reached.push(refusal);
          return false;
        }
        for (const pot of pots) pot.reserve(next);
        return true;
      },
      settle: (reserved, settled) => {
        overshootUsd += Math.max(0, (settled.usd ?? 0) - (reserved.usd ?? 0));
        for (const pot of pots) pot.settle(amountOf(reserved), settled);
      },
    };
  };
  return {
    of,
    carry: (target, reserved, settled) => {
      for (const pot of [potOf(target), ofRun]) pot.reserve(amountOf(reserved));
      of(target).settle(reserved, settled);
    },
    reached: () => reached,
    overshootUsd: () => overshootUsd,
  };
}

function amountOf({ usd, tokens }: Reservation): Amount {
  return { usd: usd ?? 0, tokens, requests: 1 };
}

/** What one set of caps holds together. */
interface Pot {
  readonly caps: Caps;
  /** Null when the amount fits. Else the pot is full from now on, and this is the arithmetic of the cap that it would break. */
  fillBy(next: Amount): CapReached | null;
  room(next: Amount): number;
  reserve(amount: Amount): void;
  settle(reserved: Amount, settled: Settlement): void;
  isFull(): boolean;
}

function openPot(target: string | null, caps: Caps): Pot {
  const billed = { usd: 0, tokens: 0, requests: 0 };
  const kept = { ...billed };
  const inFlight = { ...billed };
  let full = false;
  const arithmetic = (unit: CapUnit, limit: number, next: number): CapReached => {
    return { target, unit, limit, billed: billed[unit], kept: kept[unit], inFlight: inFlight[unit], next };
  };
  return {
    caps,
    isFull: () => full,
    room: (next) => {
      const rooms = CAP_UNITS.map((unit) => {
        const limit = caps[unit];
        if (limit === null || next[unit] === 0) return Infinity;
        const left = (limit - billed[unit] - kept[unit] - inFlight[unit]) / next[unit];
        // Sums of money are not exact: the last call that fits by a hair is left to be asked for by itself.
        return Math.max(0, Math.floor(unit === "usd" ? left * (1 - 1e-9) : left));
      });
      return Math.min(...rooms);
    },
    fillBy: (next) => {
      for (const unit of CAP_UNITS) {
        const limit = caps[unit];
        if (limit === null || billed[unit] + kept[unit] + inFlight[unit] + next[unit] <= limit) continue;
        full = true;
        return arithmetic(unit, limit, next[unit]);
      }
      return null;
    },
    reserve: (amount) => {
      for (const unit of CAP_UNITS) inFlight[unit] += amount[unit];
    },
    settle: (reserved, settled) => {
      for (const unit of CAP_UNITS) {
        const known = settled[unit];
        inFlight[unit] -= reserved[unit];
        if (known === null) kept[unit] += reserved[unit];
        else billed[unit] += known;
      }
    },
  };
}
