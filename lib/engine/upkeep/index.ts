export { Budget, type BudgetLimits, type Spent } from "./budget.ts";
export type { Tended } from "./tend.ts";
export { Upkeep } from "./upkeep.ts";
