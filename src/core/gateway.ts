/** Calls that are answered in one piece, by what stands in front of a model: at one rate after the other, then flat out. */
export interface GatewayLoad {
  readonly kind: "gateway";
  /** `models`: the list of models, which no model has to be asked for. `chat`: short answers in one piece. */
  readonly path: "models" | "chat";
  /** Each carries one request at a time. */
  readonly connections: number;
  /** Ascending, each a multiple of the connections; empty: flat out alone. */
  readonly ratesPerSecond: readonly number[];
  readonly secondsPerRate: number;
}

/** One part of a gateway load. */
export interface GatewayStage {
  /** As its rows have it: `20/s`, `flat out`. */
  readonly slice: string;
  /** Null: as fast as the connections are answered. */
  readonly ratePerSecond: number | null;
  readonly requests: number;
}

/** The stages in order: the rates, as far as there are requests for them, then flat out with what is left. */
export function gatewayStages(load: GatewayLoad, requests: number): readonly GatewayStage[] {
  const stages: GatewayStage[] = [];
  let left = requests;
  for (const ratePerSecond of load.ratesPerSecond) {
    const own = Math.min(left, ratePerSecond * load.secondsPerRate);
    if (own > 0) stages.push({ slice: `${ratePerSecond}/s`, ratePerSecond, requests: own });
    left -= own;
  }
  return left === 0 ? stages : [...stages, { slice: "flat out", ratePerSecond: null, requests: left }];
}

/** `gateway models 5-80/s x 5`: the lowest and the highest rate, and the connections. */
export function gatewayLabel({ path, connections, ratesPerSecond }: GatewayLoad): string {
  const [least, most] = [ratesPerSecond[0], ratesPerSecond.at(-1)];
  const rates = least === undefined ? "flat out" : `${least === most ? least : `${least}-${most}`}/s`;
  return `gateway ${path} ${rates} x ${connections}`;
}
