import type { JsonObject } from "../core/json.ts";
import type { ThinkTime } from "../core/load.ts";

/** Flags of `herdbench run`, as the command line delivers them; what was not given is undefined. */
export interface RunOptions {
  readonly target?: readonly string[];
  readonly provider?: readonly string[];
  /** Folder with provider files of the user's own. */
  readonly providersDir?: string;
  readonly baseUrl?: string;
  readonly endpoint?: string;
  readonly model?: string;
  readonly apiKeyEnv?: string;
  readonly config?: string;
  readonly ca?: string;
  readonly price?: { readonly input: number; readonly output: number };
  readonly header?: Readonly<Record<string, string>>;
  readonly extraBody?: JsonObject;
  readonly scenario?: readonly string[];
  readonly numPrompts?: number;
  readonly duration?: number;
  readonly maxConcurrency?: number;
  readonly requestRate?: number;
  readonly arrival?: "poisson" | "constant" | "gamma" | "ramp" | "steps" | "trace";
  readonly burstiness?: number;
  readonly rampTo?: number;
  readonly steps?: readonly number[];
  readonly trace?: string;
  readonly traceFormat?: string;
  readonly timeScale?: number;
  readonly rampUp?: number;
  readonly thinkTime?: ThinkTime;
  readonly numWarmups?: number;
  readonly inputLen?: number;
  readonly outputLen?: number;
  readonly cache?: string;
  readonly prefixLen?: number;
  readonly numPrefixes?: number;
  readonly turns?: number;
  readonly turnLen?: number;
  readonly dataset?: string;
  readonly goodput?: string;
  readonly seed?: number;
  readonly maxCost?: number | "none";
  readonly maxTotalTokens?: number;
  readonly maxRequests?: number;
  readonly maxFailureShare: number;
  readonly dryRun?: boolean;
  readonly connectTimeout: number;
  readonly firstContentTimeout: number;
  readonly idleTimeout: number;
  readonly totalTimeout: number;
  readonly resultDir: string;
  readonly label?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly vantage?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}
