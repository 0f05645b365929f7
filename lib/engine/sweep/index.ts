export { SweepRefused } from "./errors.ts";
export { readFloor, shardsOf } from "./floors.ts";
export { objectGibMonthDollars, Sweeper } from "./sweep.ts";
export {
  defaultSweepOptions,
  type Found,
  type SweepDeps,
  type SweepOptions,
  type SweepReport,
} from "./types.ts";
