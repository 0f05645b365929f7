export { type Call, type ItemCall, isEventualRead, nameOfCall, type ObjectCall } from "./calls.ts";
export { ItemHistory } from "./item-history.ts";
export { FaultyItemStore } from "./item-store.ts";
export { FaultyObjectStore } from "./object-store.ts";
export {
  type Damage,
  type Failure,
  isWrite,
  type Outcome,
  type OutcomeKind,
  OutcomeNotModelled,
} from "./outcome.ts";
export { allOk, atOnce, type Decide, type Travel, type WireDeps, type WireEvent } from "./wire.ts";
