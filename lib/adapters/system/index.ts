export { SystemClock } from "./clock.ts";
export { systemCodecs } from "./codecs.ts";
export { type Metric, metrics } from "./metrics-table.ts";
export { SystemRandom } from "./random.ts";
export { type LogOutput, SystemTelemetry, stderrOutput, type TelemetryOptions } from "./telemetry.ts";
