export { Budget, type BudgetLimits, type Spent } from "./budget.ts";
export type { RoundOptions, RoundReport } from "./round.ts";
export type { PartitionSurvey } from "./survey.ts";
export type { Tended } from "./tend.ts";
export { TrustedClock } from "./trusted-clock.ts";
export { type MaintenanceReport, Upkeep } from "./upkeep.ts";
