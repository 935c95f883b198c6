import { hash53 } from "../../core/random.ts";
import { slug } from "../../store/create.ts";

/** Page of a target, from the root of the site: an id that is no file name gets a tag, so that no two targets share a page. */
export function targetPath(target: string): string {
  const plain = slug(target);
  const name = plain === target ? plain : `${plain}-${hash53(target).toString(36).slice(0, 6)}`;
  return `targets/${name}.html`;
}

export function runPath(runId: string): string {
  return `runs/${runId}.html`;
}

/** Folder of a run's CSVs, with a slash at its end. */
export function dataPath(runId: string): string {
  return `data/${runId}/`;
}
