import { isOf, type Certificate, type Overload } from "../core/certificate.ts";
import type { Target } from "../core/target.ts";
import { readCertificate } from "../store/certificate.ts";
import { arrangedFor } from "../study/arrangement.ts";
import { hostFacts } from "./manifest.ts";
import { planWith, type Planned } from "./planned.ts";
import { written } from "./select-scenarios.ts";
import { version } from "./version.ts";

/** Scenarios as this machine can carry them. */
export interface Certified {
  /** Null when there is none of this machine and version. */
  readonly certificate: Certificate | null;
  readonly planned: readonly Planned[];
  readonly overloads: readonly Overload[];
  /** There is a certificate, of something else. */
  readonly isForeign: boolean;
}

/**
 * Reads the certificate beside the runs and rotates what is above it.
 *
 * @param isSearch they are levels of a search, which asks one target at a time
 */
export async function certified(
  resultDir: string,
  planned: readonly Planned[],
  targets: readonly Target[],
  isSearch: boolean,
): Promise<Certified> {
  const certificate = await readCertificate(resultDir);
  const isForeign = certificate !== null && !isOf(certificate, hostFacts(), version());
  if (certificate === null || isForeign || isSearch) {
    return { certificate: isForeign ? null : certificate, planned, overloads: [], isForeign };
  }
  const arranged = planned.map((one) => {
    const { scenario, overload } = arrangedFor(one.plan, targets, certificate);
    return { one: scenario === one.plan.scenario ? one : planWith(written(scenario), one.inputs), overload };
  });
  return {
    certificate,
    planned: arranged.map(({ one }) => one),
    overloads: arranged.flatMap(({ overload }) => overload ?? []),
    isForeign,
  };
}
