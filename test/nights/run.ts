/**
 * Makes a simulated month of nights, with everything that can happen to one, into a folder of results:
 *   npm run nights -- FOLDER
 */
import { makeHistory } from "./history.ts";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: npm run nights -- FOLDER");
await makeHistory(folder, ({ night, message, pages }, sentOn) => {
  process.stdout.write(`${sentOn}  ${pages ? "PAGE " : "     "} ${night}  ${message}\n`);
});
