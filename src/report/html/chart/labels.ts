/** A point of a scatter, pixels; its label keeps clear of what lies within the radius. */
export interface Labelled {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly text: string;
}

export interface Placement {
  readonly dx: number;
  readonly dy: number;
  readonly anchor: "start" | "middle" | "end";
}

export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const LETTER_PX = 7.2;
const LINE_PX = 15;
const GAP_PX = 4;

/**
 * Where each label stands, pixels: to the right of its point, or else at the first of eight places where it covers least of other labels,
 * of points and of the edge. Greedy, in the order given: a page has few points, and the same ones give the same picture.
 */
export function placeLabels(points: readonly Labelled[], obstacles: readonly Box[], frame: Box): readonly Placement[] {
  const taken: Box[] = [...points.map(({ x, y, radius }) => around(x, y, radius)), ...obstacles];
  return points.map((point, index) => {
    const others = (): readonly Box[] => taken.filter((_, other) => other !== index);
    const best = placesAround(point.radius + GAP_PX)
      .map((place) => ({ place, box: boxOf(point, place) }))
      .map(({ place, box }) => ({ place, box, cost: costOf(box, others(), frame) }))
      .reduce((least, candidate) => (candidate.cost < least.cost - 1e-9 ? candidate : least));
    taken.push(best.box);
    return best.place;
  });
}

function placesAround(away: number): readonly Placement[] {
  const aslant = away * 0.8;
  const line = LINE_PX * 0.6;
  return [
    { dx: away, dy: 0, anchor: "start" },
    { dx: -away, dy: 0, anchor: "end" },
    { dx: 0, dy: -away - line, anchor: "middle" },
    { dx: 0, dy: away + line, anchor: "middle" },
    { dx: aslant, dy: -aslant - line, anchor: "start" },
    { dx: aslant, dy: aslant + line, anchor: "start" },
    { dx: -aslant, dy: -aslant - line, anchor: "end" },
    { dx: -aslant, dy: aslant + line, anchor: "end" },
  ];
}

function boxOf({ x, y, text }: Labelled, { dx, dy, anchor }: Placement): Box {
  const width = text.length * LETTER_PX;
  const left = x + dx - { start: 0, middle: width / 2, end: width }[anchor];
  return { left, right: left + width, top: y + dy - LINE_PX / 2, bottom: y + dy + LINE_PX / 2 };
}

function around(x: number, y: number, radius: number): Box {
  return { left: x - radius, right: x + radius, top: y - radius, bottom: y + radius };
}

/** Square pixels covered; what lies outside the frame counts tenfold, since it may not be seen at all. */
function costOf(box: Box, others: readonly Box[], frame: Box): number {
  const outside = area(box) - overlap(box, frame);
  return others.reduce((sum, other) => sum + overlap(box, other), outside * 10);
}

function area({ left, right, top, bottom }: Box): number {
  return (right - left) * (bottom - top);
}

function overlap(a: Box, b: Box): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0;
}
