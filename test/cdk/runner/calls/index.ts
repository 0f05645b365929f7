export type { Need } from "./call.ts";
export { forward, readAll } from "./forward.ts";
export { AwsProxy, type Cut, type RecordedCall } from "./proxy.ts";
