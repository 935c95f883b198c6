/** Places of a server with limited capacity; who finds none waits, first come, first served. */
export interface Queue {
  /** Null when the line is full: the caller is turned away. */
  enter(): Place | null;
  waiting(): number;
}

export interface Place {
  /** Resolves to null when a place was free at once, else to the moment at which one became free. */
  readonly granted: Promise<number | null>;
  /** Leaves the line or gives the place back; harmless when repeated. */
  leave(): void;
}

export function openQueue(capacity: number, waitingMax: number, now: () => number): Queue {
  let busy = 0;
  // A set keeps the order of arrival and lets one leave from the middle.
  const line = new Set<(grantedNs: number) => void>();

  const free = (): void => {
    const [next] = line;
    if (next === undefined) {
      busy -= 1;
      return;
    }
    line.delete(next);
    next(now());
  };
  return {
    enter: () => {
      let held = busy < capacity;
      if (!held && line.size >= waitingMax) return null;
      let left = false;
      let grant: (grantedNs: number) => void = () => undefined;
      const granted = new Promise<number | null>((resolve) => {
        if (held) resolve(null);
        grant = (grantedNs) => {
          held = true;
          resolve(grantedNs);
        };
      });
      if (held) busy += 1;
      else line.add(grant);
      const leave = (): void => {
        if (left) return;
        left = true;
        if (held) free();
        else line.delete(grant);
      };
      return { granted, leave };
    },
    waiting: () => line.size,
  };
}
