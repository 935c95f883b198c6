import type { Finding } from "../measure/fail-on.ts";
import { plain, short } from "./text.ts";

/** What the conditions of `--fail-on` found, a line each; an empty cell fails nothing, but is not passed over. */
export function findingLines(findings: readonly Finding[]): readonly string[] {
  return findings.flatMap(({ condition, hits, empty }) => {
    const place = ({ target, scenario }: { readonly target: string; readonly scenario: string }): string =>
      `${plain(target)} in ${plain(scenario)}`;
    return [
      ...(hits.length === 0
        ? []
        : [`${condition.text}: ${hits.map((hit) => `${place(hit)} has ${short(hit.value)}`).join("; ")}`]),
      ...(empty.length === 0
        ? []
        : [
            `${condition.text}: not judged, since the cell is empty: ${empty.map((cell) => `${place(cell)} ${why(cell)}`).join("; ")}`,
          ]),
    ];
  });
}

function why({ n, flags }: Finding["empty"][number]): string {
  return `(n ${n}${flags.length === 0 ? "" : `, ${flags.join(", ")}`})`;
}
