/** Counts requests, so that faults can be told by their turn, and a prompt that comes again by its number. */
export interface Visits {
  count(profileName: string, promptHash: string): { readonly turn: number; readonly asked: number };
}

/** Prompts remembered; the oldest go first, and come again as new. */
const PROMPTS_MAX = 100_000;

export function openVisits(): Visits {
  const turns = new Map<string, number>();
  const times = new Map<string, number>();
  return {
    count: (profileName, promptHash) => {
      const turn = (turns.get(profileName) ?? 0) + 1;
      turns.set(profileName, turn);
      const key = `${profileName} ${promptHash}`;
      const asked = times.get(key) ?? 0;
      times.set(key, asked + 1);
      if (times.size > PROMPTS_MAX) times.delete(times.keys().next().value!);
      return { turn, asked };
    },
  };
}
