/**
 * Colours of the two themes. Those of series are told apart by people with either of the common colour deficiencies, and stand
 * out from the page by 3:1 (WCAG 2.2, 1.4.11); each comes with a shape or a dash all the same. Shades (k) are of parts of a bar, which has an outline; neighbours differ most. Text stands out by 4.5:1.
 */
export const THEMES = {
  light: {
    page: "#ffffff",
    card: "#f5f6f8",
    line: "#d4d8de",
    text: "#1b1f24",
    quiet: "#56606b",
    link: "#0a58a8",
    good: "#0b6b3a",
    bad: "#a3161f",
    note: "#7a4a00",
    s1: "#0062be",
    s2: "#d55f00",
    s3: "#008f5f",
    s4: "#af4a98",
    s5: "#835400",
    s6: "#3f93e0",
    s7: "#594292",
    s8: "#6b6b6b",
    k1: "#3b4350",
    k2: "#d4d9e0",
    k3: "#8b95a2",
    k4: "#f4f5f7",
    k5: "#14171b",
  },
  dark: {
    page: "#14171b",
    card: "#1e2329",
    line: "#3a424c",
    text: "#e8ebef",
    quiet: "#a9b3be",
    link: "#7cb8f5",
    good: "#5fd38f",
    bad: "#ff8a8a",
    note: "#f0b95a",
    s1: "#4891f9",
    s2: "#f6834e",
    s3: "#2dce9a",
    s4: "#e58fd3",
    s5: "#d9b93b",
    s6: "#9fc9ff",
    s7: "#ad94ea",
    s8: "#b0b6bb",
    k1: "#c3cad3",
    k2: "#3d4650",
    k3: "#858f9b",
    k4: "#22272e",
    k5: "#f1f3f5",
  },
} as const;

/** The declarations of a theme, for a style sheet. */
export function variables(theme: keyof typeof THEMES): string {
  return Object.entries(THEMES[theme])
    .map(([name, colour]) => `--${name}: ${colour};`)
    .join(" ");
}
