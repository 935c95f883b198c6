/** When a simulated seller reports usage. */
export const USAGES = ["asked", "default", "every-chunk", "never"] as const;
/** What its first chunk holds. */
export const OPENINGS = ["role", "empty-text", "text"] as const;
/** Whose clock it shows, and where. */
export const CLOCKS = ["groq", "cerebras", "sambanova", "fireworks", "llama.cpp"] as const;
/** How it tells its limits. */
export const LIMITS = [
  "none",
  "openai-duration",
  "seconds",
  "together",
  "fireworks-tps",
  "ietf-structured",
  "body-retry-after",
] as const;
/** How it writes errors. */
export const ERROR_SHAPES = [
  "openai",
  "fastapi",
  "object-error",
  "message",
  "error-text",
  "databricks",
  "google",
] as const;

/**
 * How one simulated seller or engine speaks, and what it insists on. Plain data, given to the simulator at its start: it
 * knows no seller of its own.
 */
export interface Dialect {
  /** Path of the chat call and the model list, and of its own metrics, below `/provider/<name>`; null: it has none. */
  readonly paths: { readonly chat: string; readonly models: string; readonly metrics: string | null };
  /** Header that must hold this planted value, in lower case; null when anyone may come in. */
  readonly key: { readonly header: string; readonly value: string } | null;
  /** Models that answer; any other is gone. */
  readonly models: readonly string[];
  readonly usage: (typeof USAGES)[number];
  readonly opening: (typeof OPENINGS)[number];
  readonly terminator: boolean;
  /** Its words for an answer that stopped by itself, and for one that was cut at its limit. */
  readonly finish: { readonly stop: string; readonly length: string };
  readonly clock: (typeof CLOCKS)[number] | null;
  readonly limits: (typeof LIMITS)[number];
  readonly errors: (typeof ERROR_SHAPES)[number];
  /** False for an engine that names the model that runs, whatever was asked for. */
  readonly echoes: boolean;
  /** Members that a request must have, and must not have. */
  readonly requires: readonly string[];
  readonly refuses: readonly string[];
}

export type Dialects = Readonly<Record<string, Dialect>>;
