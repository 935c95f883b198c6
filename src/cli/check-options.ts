/** Flags of `herdbench providers check`. */
export interface CheckOptions {
  readonly all?: boolean;
  readonly model?: string;
  readonly providersDir?: string;
  readonly ca?: string;
  readonly maxCost?: number | "none";
  /** `simulator`, or `simulator@<fault>`: the simulator plays the providers, with planted keys. */
  readonly target?: string;
  /** Scenarios whose load the account's limits are held against. */
  readonly scenario?: readonly string[];
  readonly config?: string;
  readonly json?: boolean;
}
