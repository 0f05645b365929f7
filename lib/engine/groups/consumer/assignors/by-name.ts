/**
 * The assignors that members may ask for, by the names that Kafka gives them.
 */
import { range } from "./range.ts";
import type { Assignor } from "./types.ts";
import { uniform } from "./uniform.ts";

/** THE list of assignors. */
export const assignors: Readonly<Record<"uniform" | "range", Assignor>> = { uniform, range };
