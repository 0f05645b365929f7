/**
 * THE list of what a deployment must be able to do, in this order: later steps look at what earlier ones made.
 */
import { administer, deleteTopic, finishHalfMade } from "./administer.ts";
import { appendBatches } from "./batches.ts";
import { groups } from "./groups.ts";
import type { Step } from "./log.ts";
import { appendRecords } from "./produce.ts";
import { readBack } from "./read.ts";
import { refuse } from "./refuse.ts";

/** Every step. */
export const steps: readonly Step[] = [
  ...administer,
  ...appendRecords,
  ...appendBatches,
  ...readBack,
  ...groups,
  ...refuse,
  ...deleteTopic,
  ...finishHalfMade,
];
