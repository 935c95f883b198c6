import type { Certificate, CertifiedLoad, Overload } from "../core/certificate.ts";
import { short } from "./text.ts";

/** `certified 2026-11-25 for 400 answers at once over plain HTTP, 100 over TLS (error p99 at most 5 ms)`. */
export function certificateFact({ certifiedAt, plain, tls, limitMs }: Certificate): string {
  const streams = (load: CertifiedLoad | null): string => (load === null ? "none" : String(load.streams));
  return (
    `this machine is certified for ${streams(plain)} answers at once over plain HTTP, ${streams(tls)} over TLS ` +
    `(${certifiedAt.slice(0, 10)}, error p99 at most ${short(limitMs)} ms)`
  );
}

/** What a run did about scenarios above the certified load, and what it could not help: one sentence for each. */
export function overloadTexts(overloads: readonly Overload[]): readonly string[] {
  const [{ streamsCertified } = { streamsCertified: 0 }] = overloads;
  const limit = `of ${streamsCertified} answers at once`;
  const rotated = overloads.filter(({ isRotated }) => isRotated).map((one) => of(one, one.targets));
  const above = overloads.filter(({ streamsEach }) => streamsEach > streamsCertified).map((one) => of(one, 1));
  return [
    ...(rotated.length === 0 ? [] : [`rotated automatically above the certified load ${limit}: ${rotated.join(", ")}`]),
    ...(above.length === 0
      ? []
      : [
          `above the certified load ${limit} with one target alone, so the client may measure itself: ${above.join(", ")}`,
        ]),
  ];
}

function of({ scenario, streamsEach }: Overload, targets: number): string {
  return `${scenario} (about ${streamsEach}${targets > 1 ? ` x ${targets} targets` : ""})`;
}
