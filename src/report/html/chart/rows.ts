import { columnsOf } from "../../columns.ts";

/** Height of one row of a picture that has a row per target, pixels. */
export const ROW_PX = 28;
/** Above the rows, where no label of an axis stands. */
export const ROWS_TOP = 6;

const LETTER_PX = 7.4;

/** Room for the longest of these names to the left of the rows, pixels. */
export function nameMargin(names: readonly string[]): number {
  return Math.ceil(Math.max(...names.map(columnsOf)) * LETTER_PX) + 14;
}
