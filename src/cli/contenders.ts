import type { Target } from "../core/target.ts";
import { openaiChat } from "../protocol/openai-chat.ts";
import { loadProvider } from "../registry.ts";
import type { Contender } from "../run/lane.ts";
import { signIns } from "./credentials.ts";

/**
 * Targets with their wire and their sign-in.
 *
 * @param ownFolder provider files of the user's own, null for none
 * @throws UsageError naming every key that is missing
 */
export async function contendersOf(
  targets: readonly Target[],
  ownFolder: string | null,
  env: NodeJS.ProcessEnv,
): Promise<Contender[]> {
  const signIn = signIns(targets, env);
  return Promise.all(
    targets.map(async (target) => ({
      target,
      wire: openaiChat((await loadProvider(target.provider, ownFolder)).dialect),
      ...signIn.get(target.id)!,
    })),
  );
}
