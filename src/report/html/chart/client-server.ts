import * as Plot from "@observablehq/plot";
import { ttft } from "../../../measure/metrics/ttft.ts";
import { ttftGap } from "../../../measure/metrics/ttft_gap.ts";
import { quantileOf } from "../../../measure/quantile.ts";
import { short } from "../../text.ts";
import { axisFor } from "./axis.ts";
import { dotItem, type Picture } from "./picture.ts";
import type { Entry, Scene } from "./series.ts";
import { svgOf } from "./svg.ts";

const TITLE = "Client against server TTFT";
const DOTS_MAX = 600;

interface Dot {
  readonly server: number;
  readonly client: number;
}

/** What the server says its first token took beside what we measured: what is between is the way, and what stands before its clock. */
export function clientAgainstServer({ entries }: Scene): Picture {
  const told = entries.map((entry) => ({ entry, dots: dotsOf(entry) })).filter(({ dots }) => dots.length > 0);
  if (told.length === 0) return { title: TITLE, absent: "no target tells its own time to first token" };
  const silent = entries.filter((entry) => told.every((one) => one.entry !== entry)).map(({ series }) => series.name);
  const each = Math.floor(DOTS_MAX / told.length);
  const all = told.flatMap(({ dots }) => dots.flatMap(({ server, client }) => [server, client]));
  const most = Math.max(...all);
  const text = told.map(
    ({ entry, dots }) =>
      `${entry.series.name} a median of ${short(
        quantileOf(
          dots.map(({ server, client }) => client - server),
          0.5,
        ),
      )} ms above the server's own`,
  );
  return {
    title: TITLE,
    svg: svgOf(`${TITLE}: ${text.join("; ")}`, {
      height: 300,
      x: axisFor("TTFT by the server, ms", all),
      y: axisFor("TTFT by the client, ms", all),
      marks: [
        Plot.line(
          [0, most].map((end) => [Math.max(end, Math.min(...all)), Math.max(end, Math.min(...all))]),
          { stroke: "var(--quiet)", strokeDasharray: "4 3" },
        ),
        ...told.map(({ entry: { series }, dots }) =>
          Plot.dot(
            dots.filter((_, index) => index % Math.ceil(dots.length / each) === 0),
            { x: "server", y: "client", r: 2.5, fill: series.colour, symbol: series.symbol, fillOpacity: 0.7 },
          ),
        ),
      ],
    }),
    legend: told.map(({ entry }) => dotItem(entry.series)),
    caption:
      "On the dashed line both agree; how far a target stands above it is network and what lies in front of the server's clock. Below it, one " +
      `of the clocks measures something else. Above ${each} answers a target they are thinned evenly by time.` +
      (silent.length === 0 ? "" : ` Tell no time of their own, so not shown: ${silent.join(", ")}.`),
  };
}

function dotsOf({ group }: Entry): readonly Dot[] {
  return group.successes
    .flatMap((sample) => {
      const [client] = ttft.read(sample).values;
      const [gap] = ttftGap.read(sample).values;
      return client === undefined || gap === undefined ? [] : [{ client, server: client - gap }];
    })
    .filter(({ client, server }) => client > 0 && server > 0);
}
