import type { StatedNumber } from "../../core/carbon.ts";
import type { Provenance, Quantity } from "./factor.ts";

/** Who supplied a figure. */
export function supplied({ source, date }: { readonly source: string; readonly date: string }): Provenance {
  return { source, date, licence: "as supplied", kind: "user" };
}

/** An override as a quantity of the model; without ends it has no spread. */
export function statedQuantity(name: string, unit: string, stated: StatedNumber): Quantity {
  const { value, low = value, high = value } = stated;
  return { name, unit, range: { low, central: value, high }, ...supplied(stated) };
}
