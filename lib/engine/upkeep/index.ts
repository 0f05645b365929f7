export { Budget, type BudgetLimits, type Spent } from "./budget.ts";
export type { Holder } from "./lease.ts";
export {
  type Candidate,
  type LastTurn,
  type Plan,
  type PlanLimits,
  planTurns,
  type ShardSize,
  sizeOfShard,
} from "./plan.ts";
export type { RoundOptions, RoundReport } from "./round.ts";
export type { PartitionSurvey } from "./survey.ts";
export type { Tended } from "./tend.ts";
export { TrustedClock } from "./trusted-clock.ts";
export { type MaintenanceReport, Upkeep } from "./upkeep.ts";
