export { batchesMediaType, ownBytes } from "./batches.ts";
export { groupTopicsOf } from "./groups.ts";
export { asJson, type Backstage, SmokeLog, type SmokePlan, type Step } from "./log.ts";
export { steps } from "./steps.ts";
