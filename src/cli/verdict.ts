import type { Analysis, GroupAnalysis } from "../measure/analysis.ts";
import { total } from "../measure/counts.ts";
import { isGone } from "../measure/gone.ts";
import { EXIT, exitCode, type ExitCode } from "./exit-codes.ts";

/** The exit code of a run by what its records say. A target that was stopped for good has failed, however well it began. */
export function runVerdict(analysis: Analysis): ExitCode {
  const { manifest, validity, groups } = analysis;
  const found: ExitCode[] = [];
  if (manifest.end?.reason === "interrupt") found.push(EXIT.interrupted);
  if (manifest.end?.reason === "budget") found.push(EXIT.budget);
  if (!validity.valid) found.push(EXIT.invalid);
  const judged = groups.filter((group) => !isGone(group) && !isSaturated(analysis, group));
  const stopped = new Set(manifest.end?.stops.flatMap(({ target, resumedUs }) => (resumedUs === null ? [target] : [])));
  const hasFailed = (group: GroupAnalysis): boolean =>
    stopped.has(group.target.id) || failureShare(group) > manifest.maxFailureShare;
  if (judged.some(hasFailed)) found.push(EXIT.targetFailed);
  return exitCode(found);
}

/** A level of a sweep that asks for too much is meant to fail, and so is one of a search that found that out. */
function isSaturated({ sweep }: Analysis, { scenario, target }: GroupAnalysis): boolean {
  const levels = sweep?.targets.find((one) => one.target === target.id)?.levels ?? [];
  const probes = sweep?.found?.find((one) => one.target === target.id)?.probes ?? [];
  return (
    levels.some((level) => level.scenario === scenario.id && level.saturation.length > 0) ||
    probes.some((probe) => probe.scenario === scenario.id && probe.verdict === "failed")
  );
}

/**
 * Failures (empty answers and what a breaker held back too) and drops among what was attempted; 0 when nothing was. A gateway scenario
 * looks for the limit: that it was refused there is a finding.
 */
function failureShare({ counts, scenario }: GroupAnalysis): number {
  const { failures } = counts;
  const sought = (failures["rate-limited"] ?? 0) + (failures["overloaded"] ?? 0);
  const bad = total(failures) - (scenario.load.kind === "gateway" ? sought : 0) + counts.dropped;
  const attempted = counts.succeeded + bad;
  return attempted === 0 ? 0 : bad / attempted;
}
