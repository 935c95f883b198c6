import { isOf, type Certificate, type Overload } from "../core/certificate.ts";
import type { ScenarioSnapshot } from "../core/run.ts";
import type { Target } from "../core/target.ts";
import { planOf } from "../scenario/plan.ts";
import { readCertificate } from "../store/certificate.ts";
import { arrangedFor } from "../study/arrangement.ts";
import { hostFacts } from "./manifest.ts";
import { written } from "./select-scenarios.ts";
import { version } from "./version.ts";

/** Scenarios as this machine can carry them. */
export interface Certified {
  /** Null when there is none of this machine and version. */
  readonly certificate: Certificate | null;
  readonly scenarios: readonly ScenarioSnapshot[];
  readonly overloads: readonly Overload[];
  /** There is a certificate, of something else. */
  readonly isForeign: boolean;
}

/**
 * Reads the certificate beside the runs and rotates what is above it.
 *
 * @param isSearch the scenarios are levels of a search, which asks one target at a time
 */
export async function certified(
  resultDir: string,
  scenarios: readonly ScenarioSnapshot[],
  targets: readonly Target[],
  isSearch: boolean,
): Promise<Certified> {
  const certificate = await readCertificate(resultDir);
  const isForeign = certificate !== null && !isOf(certificate, hostFacts(), version());
  if (certificate === null || isForeign || isSearch) {
    return { certificate: isForeign ? null : certificate, scenarios, overloads: [], isForeign };
  }
  const arranged = scenarios.map((snapshot) => {
    const { scenario, overload } = arrangedFor(planOf(snapshot.scenario), targets, certificate);
    return { snapshot: scenario === snapshot.scenario ? snapshot : written(scenario), overload };
  });
  return {
    certificate,
    scenarios: arranged.map(({ snapshot }) => snapshot),
    overloads: arranged.flatMap(({ overload }) => overload ?? []),
    isForeign,
  };
}
