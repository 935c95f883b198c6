import { parseArgs } from "node:util";
import { study, type Line } from "./study.ts";

// npm run calibrate -- --nights 200
const { values } = parseArgs({ options: { nights: { type: "string", default: "200" } } });

const isKept = ({ count, atLeast, atMost }: Line): boolean =>
  (atLeast === null || count >= atLeast) && (atMost === null || count <= atMost);

let broken = 0;
for (const line of study(Number(values.nights))) {
  const { what, count, of, atLeast, atMost } = line;
  const asked = atLeast !== null ? `at least ${atLeast}` : atMost !== null ? `at most ${atMost}` : "";
  const mark = asked === "" ? "" : isKept(line) ? "ok" : "BROKEN";
  if (!isKept(line)) broken += 1;
  process.stdout.write(`${`${count} of ${of}`.padStart(10)}  ${asked.padEnd(12)}  ${mark.padEnd(6)}  ${what}\n`);
}
process.exitCode = broken === 0 ? 0 : 1;
