/**
 * What a function says of itself: log lines as JSON and metrics in CloudWatch's embedded metric format, both on standard
 * output, where Lambda collects them, both by Powertools. Nothing is sent over the network and nothing waits: a function
 * that is frozen in the middle owes nobody a line.
 *
 * Lines are written before `log` returns. A warning or an error that comes again before the next flush is counted, and
 * becomes one more line with the last one's fields and their number; there are no timers, which a freeze would stop.
 * Tracing is not here.
 */
import { Logger } from "@aws-lambda-powertools/logger";
import type { Labels, LogFields, LogLevel, Telemetry } from "../../ports/index.ts";
import { type MeasuredProcess, Measurements } from "./measurements.ts";

export type LambdaTelemetryOptions = MeasuredProcess & { readonly level: LogLevel | "silent" };

type Repeated = {
  readonly level: LogLevel;
  readonly message: string;
  count: number;
  fields: LogFields | undefined;
};

/** Names that Powertools keeps for itself: it would drop such a field, and write a line about it. */
const reserved: Readonly<Record<string, string>> = {
  level: "fieldLevel",
  message: "errorMessage",
  sampling_rate: "fieldSamplingRate",
  service: "fieldService",
  timestamp: "fieldTimestamp",
};
/** Kinds of lines counted between two flushes; past that, lines are written as they come. */
const kindsMax = 1000;

export class LambdaTelemetry implements Telemetry {
  readonly #logger: Logger;
  readonly #level: LogLevel | "silent";
  readonly #measurements: Measurements;
  readonly #repeated = new Map<string, Repeated>();
  #isCold = true;

  constructor({ level, ...process }: LambdaTelemetryOptions) {
    const { service, ...places } = process;
    this.#level = level;
    this.#logger = new Logger({
      serviceName: service,
      logLevel: levelNames[level],
      sampleRateValue: 0,
      persistentKeys: places,
    });
    this.#measurements = new Measurements(process);
  }

  /** Lines from now on belong to this request of the function; the first one is marked as a cold start. */
  begin(functionRequestId: string): void {
    this.#logger.appendKeys({ function_request_id: functionRequestId, cold_start: this.#isCold });
    if (this.#isCold) this.count("cumulog_cold_starts_total");
    this.#isCold = false;
  }

  /** Writes the metrics and the repeats that came together: once at the end of every request. */
  flush(): void {
    try {
      for (const { level, message, count, fields } of this.#repeated.values())
        if (count > 0) this.#write(level, message, { ...fields, repeats: count });
      this.#measurements.flush();
    } catch (error) {
      this.#write("warn", "metrics could not be written", { error: String(error) });
    }
    this.#repeated.clear();
  }

  log(level: LogLevel, message: string, fields?: LogFields): void {
    if (level === "debug" || level === "info") {
      this.#write(level, message, fields);
      return;
    }
    const kind = `${level} ${message}`;
    const repeated = this.#repeated.get(kind);
    if (repeated) {
      repeated.count++;
      repeated.fields = fields;
      return;
    }
    if (this.#repeated.size < kindsMax) this.#repeated.set(kind, { level, message, count: 0, fields });
    this.#write(level, message, fields);
  }

  count(name: string, value = 1, labels?: Labels): void {
    this.#measuring(() => this.#measurements.count(name, value, labels));
  }

  observe(name: string, value: number, labels?: Labels): void {
    this.#measuring(() => this.#measurements.observe(name, value, labels));
  }

  gauge(name: string, value: number, labels?: Labels): void {
    this.#measuring(() => this.#measurements.gauge(name, value, labels));
  }

  #measuring(measure: () => void): void {
    try {
      measure();
    } catch {
      // The port's promise: a number that no metric can take changes nothing for the engine.
    }
  }

  #write(level: LogLevel, message: string, fields: LogFields = {}): void {
    // Powertools would write by Lambda's own level (AWS_LAMBDA_LOG_LEVEL) where there is one, and there metrics are lines
    // of level info: that one must let them pass.
    if (levels.indexOf(level) < levels.indexOf(this.#level)) return;
    const named = Object.entries(fields).map(([name, value]) => [reserved[name] ?? name, value]);
    this.#logger[level](message, Object.fromEntries(named));
  }
}

const levels: readonly (LogLevel | "silent")[] = ["debug", "info", "warn", "error", "silent"];

const levelNames = {
  debug: "DEBUG",
  info: "INFO",
  warn: "WARN",
  error: "ERROR",
  silent: "SILENT",
} as const;
