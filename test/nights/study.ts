/** Prints how often nights page for nothing, and how soon they find what was planted: npm run calibrate:nights */
import { ROUGH, CALM, weatherHistory, type Planted, type Weather } from "./weather.ts";

const TARGETS = 11;
const NIGHTS = 30;
const CHANGED_ON = 20;

function share(count: number, isHit: (seed: number) => boolean): string {
  const hits = Array.from({ length: count }, (_, seed) => seed).filter(isHit).length;
  return `${hits} of ${count}`;
}

/** In the night of the change or the next. */
function isFound(seed: number, slots: number, weather: Weather, planted: Planted): boolean {
  const nights = weatherHistory({ seed, nights: CHANGED_ON + 2, slots, targets: TARGETS, weather, planted });
  return nights
    .slice(CHANGED_ON)
    .some(({ pages, regressions }) => pages && regressions.some(({ target }) => target === `target-${planted.target}`));
}

for (const [name, weather] of Object.entries({ calm: CALM, rough: ROUGH })) {
  for (const [slots, months] of [
    [1, 200],
    [8, 100],
  ] as const) {
    const paging = share(months, (seed) =>
      weatherHistory({ seed, nights: NIGHTS, slots, targets: TARGETS, weather, planted: null }).some(
        ({ pages }) => pages,
      ),
    );
    const found = [1.5, 2].map(
      (factor) =>
        `x${factor} found in ${share(months / 2, (seed) => isFound(seed, slots, weather, { target: 3, fromNight: CHANGED_ON, factor }))}`,
    );
    process.stdout.write(`${name}, ${slots} a night: ${paging} unchanged months paged; ${found.join("; ")}\n`);
  }
}
