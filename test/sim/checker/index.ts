export { checkHistory } from "./check.ts";
export {
  type Answer,
  type Delivery,
  type HistoryError,
  type HistoryEvent,
  HistoryWriter,
  type Invocation,
  type LossRules,
  type LostRange,
  type OffsetSpecText,
  readHistory,
  type SeenRecord,
} from "./history.ts";
export { describe, type Operation, operationsOf } from "./operations.ts";
export type { InvariantId, Violation } from "./violation.ts";
