/** A binary min-heap. */
export interface Heap<T> {
  size(): number;
  /** The least item; undefined when empty. */
  peek(): T | undefined;
  push(item: T): void;
  /** Removes and returns the least item; undefined when empty. */
  pop(): T | undefined;
}

/** @param less a strict order: true when its first argument goes first */
export function minHeap<T>(less: (a: T, b: T) => boolean): Heap<T> {
  const items: T[] = [];
  const rise = (item: T): void => {
    let index = items.push(item) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!less(item, items[parent]!)) break;
      items[index] = items[parent]!;
      index = parent;
    }
    items[index] = item;
  };
  const sink = (item: T): void => {
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && less(items[child + 1]!, items[child]!)) child += 1;
      if (!less(items[child]!, item)) break;
      items[index] = items[child]!;
      index = child;
    }
    items[index] = item;
  };
  return {
    size: () => items.length,
    peek: () => items[0],
    push: rise,
    pop: () => {
      const least = items[0];
      const last = items.pop();
      if (items.length > 0) sink(last!);
      return least;
    },
  };
}
