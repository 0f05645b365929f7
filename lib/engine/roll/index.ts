export { applyRoll } from "./apply.ts";
export { chooseRoll, type RollPlan, shouldRoll } from "./choose.ts";
export { Roller } from "./roller.ts";
