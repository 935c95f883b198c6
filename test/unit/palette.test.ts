import { expect, test } from "vitest";
import { THEMES } from "../../src/report/html/palette.ts";

type Triple = readonly [number, number, number];

const SERIES = ["s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"] as const;
const WORDS = ["text", "quiet", "link", "good", "bad", "note"] as const;
const themes = Object.entries(THEMES);

/** Full loss of one kind of cone, over linear RGB (Machado, Oliveira & Fernandes 2009, table 1, severity 1). */
const EYES: Readonly<Record<string, readonly [Triple, Triple, Triple]>> = {
  ordinary: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function linear(colour: string): Triple {
  const [r, g, b] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return [r!, g!, b!];
}

function dot(a: Triple, b: Triple): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function luminance(colour: string): number {
  return dot([0.2126, 0.7152, 0.0722], linear(colour));
}

/** WCAG 2.2. */
function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
}

/** CIE L*a*b* (D65) of a colour as an eye sees it. */
function seen(colour: string, eye: readonly [Triple, Triple, Triple]): Triple {
  const light = eye.map((row) => Math.min(1, Math.max(0, dot(row, linear(colour))))) as unknown as Triple;
  const f = (t: number): number => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = f(dot([0.4124, 0.3576, 0.1805], light) / 0.95047);
  const y = f(dot([0.2126, 0.7152, 0.0722], light));
  const z = f(dot([0.0193, 0.1192, 0.9505], light) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

test.for(themes)(
  "words of the %s theme stand out by 4.5:1 from page and card, series by 3:1 from the page",
  ([, theme]) => {
    for (const word of WORDS)
      for (const ground of [theme.page, theme.card])
        expect(contrast(theme[word], ground), word).toBeGreaterThanOrEqual(4.5);
    for (const series of SERIES) expect(contrast(theme[series], theme.page), series).toBeGreaterThanOrEqual(3);
  },
);

test.for(themes)("no two series of the %s theme look alike to people who lack one kind of cone", ([, theme]) => {
  for (const [name, eye] of Object.entries(EYES)) {
    const colours = SERIES.map((series) => seen(theme[series], eye));
    colours.forEach((a, index) =>
      colours.slice(index + 1).forEach((b, further) => {
        const pair = `${name}: s${index + 1} and s${index + further + 2}`;
        // A difference of 2.3 is just noticeable, side by side.
        expect(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]), pair).toBeGreaterThan(10);
      }),
    );
  }
});
