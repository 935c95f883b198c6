import { parseArgs } from "node:util";
import { soak } from "./soak.ts";

// npm run soak -- --seconds 600
const { values } = parseArgs({ options: { seconds: { type: "string", default: "600" } } });
const { lines, problems } = await soak(Number(values.seconds));
for (const line of lines) process.stdout.write(`${line}\n`);
for (const problem of problems) process.stdout.write(`GROWS: ${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
