export { LambdaTelemetry, type LambdaTelemetryOptions } from "./telemetry.ts";
