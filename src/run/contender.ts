import type { Observation } from "../core/observation.ts";
import type { HttpRequest, Wire } from "../core/provider.ts";
import type { Timeouts } from "../core/run.ts";
import type { Arrival } from "../core/scenario.ts";
import type { SignIn, Authorized } from "../core/sign-in.ts";
import type { Target } from "../core/target.ts";
import type { Us } from "../core/units.ts";
import type { Draft } from "../scenario/draft.ts";
import type { RealTime } from "../time/time.ts";
import type { Route } from "../transport/route.ts";
import type { Budget } from "./budget.ts";
import type { Called } from "./call-once.ts";

/** A target with all that is needed to call it. */
export interface Contender {
  readonly target: Target;
  readonly wire: Wire;
  readonly route: Route;
  readonly authorize: SignIn["authorize"];
  readonly refused: SignIn["refused"];
  /** Whether a model name in an answer is the one that was asked for. */
  readonly isModel: (echoed: string) => boolean;
  /** Address of the engine's own metrics; null when it has none. */
  readonly metricsUrl: string | null;
  /** Takes the target's credentials out of a text that came from outside: a server may echo them. */
  readonly redact: (text: string) => string;
}

/** Where the records of a run go. */
export interface Sink {
  /** On disk before it returns: what is in flight must be known after a kill. */
  intent(of: { id: string; target: string; atUs: Us; reservedUsd: number | null }): void;
  called(called: Called): void;
  /** A planned request that never left. */
  skipped(observation: Observation): void;
  /** Our own event loop was blocked until now. */
  stalled(of: { scenario: string; atUs: Us; delayMs: number }): void;
}

/** What all lanes of a run share. */
export interface LaneContext {
  readonly runId: string;
  readonly timeouts: Timeouts;
  readonly budget: Budget;
  /** True when nothing more needs to leave in a scenario to a target. */
  readonly isDecided: (scenario: string, target: string) => boolean;
  readonly time: RealTime;
  readonly signal: AbortSignal;
  readonly sink: Sink;
  /** Reports that the run cannot go on (a full disk): it is stopped, and what is in flight ends as interrupted. */
  readonly fail: (error: unknown) => void;
}

/** A request that is built and signed, waiting for its moment. */
export interface Prepared {
  readonly arrival: Arrival;
  readonly draft: Draft;
  /** Without credentials, to be signed anew. */
  readonly plain: HttpRequest;
  readonly signed: Authorized;
  /** When it was signed, how long that took, and until when it holds. */
  readonly signedUs: Us;
  readonly signingUs: Us;
  readonly freshUntilUs: Us;
  /** Of its last message; null where no model is asked. */
  readonly promptHash: string | null;
}
