import type { Publication } from "../../core/provider.ts";

/** Whose figures may stand on a public page. */
export interface PublicationPolicy {
  /** By provider id; one that is missing is unknown. */
  readonly terms: ReadonlyMap<string, Publication>;
  /** Providers whose figures are published although nobody looked up whether they may be; null: all of them. */
  readonly included: readonly string[] | null;
}

/** Whether a row is published. What is simulated measures nobody's service. */
export function isPublished({ terms, included }: PublicationPolicy, provider: string, simulated: string): boolean {
  if (simulated === "true") return true;
  const known = terms.get(provider)?.terms ?? "unknown";
  return known !== "unknown" || included === null || included.includes(provider);
}

/** What a reader has to know of providers that are left out, or published under conditions. One sentence each, sorted. */
export function publicationNotes({ terms, included }: PublicationPolicy, seen: ReadonlySet<string>): readonly string[] {
  return [...seen].toSorted().flatMap((provider) => {
    const known = terms.get(provider);
    if (known?.terms === "allowed") return [];
    if (known?.terms === "conditions") {
      return [
        `${provider}: published under conditions: ${known.note ?? "see the source"} (${known.source}, ${known.date})`,
      ];
    }
    return included === null || included.includes(provider)
      ? [`${provider}: published at the maintainer's own decision; whether its terms allow it is not known`]
      : [`${provider}: left out, since whether its terms allow publishing figures is not known`];
  });
}
