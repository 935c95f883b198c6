import type { Observation } from "../../src/core/observation.ts";
import type { Wire } from "../../src/core/provider.ts";
import { framesOf, type CloudFixture } from "./cloud-fixtures.ts";

/*
 * The rule of `cuts.ts` for wires that are not OpenAI's, by what their fixtures say of the frames of a good answer: it is
 * whole once its finish reason or its terminator was read, and a flag names the one that is missing.
 */

/** What an answer must be of which so many bytes came. `undecided`: the failure of one that is not whole. */
export type Due = (bytes: number, undecided: string) => string;

export function dueOf(fixture: CloudFixture, wire: Wire): Due {
  const frames = framesOf(fixture);
  const ends = frames.map((_, i) => Buffer.concat(frames.slice(0, i + 1)).length);
  const { finishedBy, doneBy } = fixture.answer;
  return (bytes, undecided) => {
    const whole = ends.filter((end) => end <= bytes).length;
    const [finished, done] = [finishedBy, doneBy].map((by) => by !== null && whole >= by);
    const missing = !done && wire.expects?.terminator !== false ? "completed, no_terminator" : "completed";
    return finished === true ? missing : done === true ? "completed, no_finish" : undecided;
  };
}

/** The failure kind, or completed with the flag of what is missing. */
export function cutName(of: Pick<Observation, "outcome" | "failure" | "flags">): string {
  if (of.failure !== null) return of.failure.kind;
  return [of.outcome, ...of.flags.filter((flag) => /^no_(terminator|finish)$/.test(flag))].join(", ");
}
