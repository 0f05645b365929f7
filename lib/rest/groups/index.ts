export { stateOf, typeOf } from "./group-names.ts";
export { newInstance, settingsOf } from "./instance-settings.ts";
export { type ShowRecord, showing } from "./take.ts";
export { waitingSignal } from "./waiting.ts";
