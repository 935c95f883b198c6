import type { Answer } from "./questions.ts";

/**
 * An answer that holds whatever is true between the least and the most: the interval reaches from the lowest end to the highest, the
 * test is the least sure of all, and where they disagree on who is better nothing is shown, however many units there are.
 *
 * @param extremes answers at the other ends of what is not known; none where all is known
 */
export function atExtremes(answer: Answer, extremes: readonly Answer[]): Answer {
  if (extremes.length === 0) return answer;
  const all = [answer, ...extremes];
  const { test } = all.reduce((least, one) => (one.test.p > least.test.p ? one : least));
  const agree = new Set(all.map(({ difference }) => Math.sign(difference))).size === 1;
  return {
    ...answer,
    low: Math.min(...all.map(({ low }) => low)),
    high: Math.max(...all.map(({ high }) => high)),
    test: { ...test, ...(agree ? {} : { p: 1, t: 0 }), name: `${test.name}, at both ends of an uncertain spend` },
  };
}
