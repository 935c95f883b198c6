import { z } from "zod";
import { PLANNED_MEND, plannedIn } from "./planned-members.ts";

/** Members that are added to a request's body. */
export const extraBodySchema = z.record(z.string(), z.json()).superRefine((extraBody, context) => {
  for (const path of plannedIn(extraBody)) context.addIssue({ code: "custom", path: [...path], message: PLANNED_MEND });
});
