import type { RatedLoad } from "../../core/load.ts";
import type { Random } from "../../core/random.ts";

/** Gaps of mean 1 between arrivals, one a call; even ones begin at 0, random ones with a gap. */
export function unitGaps(load: RatedLoad, stream: Random): () => number {
  switch (load.arrival) {
    case "constant": {
      let isFirst = true;
      return () => {
        const gap = isFirst ? 0 : 1;
        isFirst = false;
        return gap;
      };
    }
    case "poisson":
      return () => stream.exponential();
    case "gamma":
    case "ramp":
    case "steps": {
      const { burstiness } = load;
      return burstiness === 1 ? () => stream.exponential() : () => stream.gamma(burstiness) / burstiness;
    }
  }
}
