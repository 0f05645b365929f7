export type { Context } from "./conditions.ts";
export { type Authorization, type Decision, decide, type Policies, type Principal } from "./evaluate.ts";
export { grainsOf, grainsUsed } from "./grain.ts";
export { matches } from "./match.ts";
export { readStatements, type Statement } from "./statement.ts";
export { Unmodelled } from "./unmodelled.ts";
