import { clientAgainstServer } from "./client-server.ts";
import { costAgainstCarbon } from "./cost-carbon.ts";
import { failuresByKind } from "./failures.ts";
import { gapsBetweenChunks } from "./gaps.ts";
import { latencyOverTime } from "./over-time.ts";
import type { Picture } from "./picture.ts";
import { priceAgainstSpeed } from "./price-speed.ts";
import type { Scene } from "./series.ts";
import { ttftDistribution } from "./ttft-ecdf.ts";
import { waterfall } from "./waterfall.ts";

const PICTURES: readonly ((scene: Scene) => Picture)[] = [
  priceAgainstSpeed,
  ttftDistribution,
  latencyOverTime,
  failuresByKind,
  costAgainstCarbon,
  gapsBetweenChunks,
  waterfall,
  clientAgainstServer,
];

/** Every picture of one scenario, or why it has none. */
export function picturesOfScene(scene: Scene): readonly Picture[] {
  return PICTURES.map((picture) => picture(scene));
}
