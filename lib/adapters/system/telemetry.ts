/**
 * What the process says of itself: log lines on stderr by pino, as JSON or as text to read, and metrics for
 * Prometheus. Lines are written before `log` returns, so that the last one before a crash is there too. Warnings and
 * errors that repeat are counted (repeats.ts); give such lines a constant message and put what varies into the fields.
 */
import { createRequire } from "node:module";
import pino, { type DestinationStream, type Logger } from "pino";
import type { Clock, Labels, LogFields, LogLevel, Telemetry } from "../../ports/index.ts";
import { Metrics } from "./metrics.ts";
import { Repeats } from "./repeats.ts";

/** Where log lines go: whole lines, one per call. */
export type LogOutput = DestinationStream;

export type TelemetryOptions = {
  readonly level: LogLevel | "silent";
  readonly format: "text" | "json";
  /** Repeats of a warning or an error within this time become one line. */
  readonly repeatWindowMs?: number;
  /** Colours in text: for a terminal. */
  readonly colors?: boolean;
};

const repeatWindowMsDefault = 10_000;

/** The standard error of this process. A reader that went away is no reason to fail. */
export function stderrOutput(): LogOutput {
  const stderr = pino.destination({ dest: 2, sync: true });
  stderr.on("error", () => undefined);
  return stderr;
}

export class SystemTelemetry implements Telemetry {
  readonly #logger: Logger;
  readonly #metrics = new Metrics();
  readonly #repeats: Repeats<{ readonly level: LogLevel; readonly message: string }>;

  constructor(deps: { readonly clock: Clock; readonly output: LogOutput }, options: TelemetryOptions) {
    const { clock, output } = deps;
    this.#logger = pino(
      {
        level: options.level,
        base: null,
        timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
        formatters: { level: label => ({ level: label }) },
      },
      options.format === "json" ? output : readable(output, options.colors ?? false),
    );
    this.#repeats = new Repeats({
      clock,
      windowMs: options.repeatWindowMs ?? repeatWindowMsDefault,
      write: ({ level, message }, fields) => this.#write(level, message, fields),
    });
  }

  log(level: LogLevel, message: string, fields?: LogFields): void {
    if (!this.#logger.isLevelEnabled(level)) return;
    if (level === "warn" || level === "error")
      this.#repeats.see(`${level} ${message}`, { level, message }, fields);
    else this.#write(level, message, fields);
  }

  count(name: string, value = 1, labels?: Labels): void {
    this.#metrics.record({ type: "counter", name, value, labels });
  }

  observe(name: string, value: number, labels?: Labels): void {
    this.#metrics.record({ type: "histogram", name, value, labels });
  }

  gauge(name: string, value: number, labels?: Labels): void {
    this.#metrics.record({ type: "gauge", name, value, labels });
  }

  /** Every metric in Prometheus' text format, and its content type. */
  exposition(): Promise<{ readonly contentType: string; readonly text: string }> {
    return this.#metrics.exposition();
  }

  /** Writes the repeats that were only counted so far: before the process ends. */
  flush(): void {
    this.#repeats.flush();
  }

  #write(level: LogLevel, message: string, fields: LogFields | undefined): void {
    try {
      this.#logger[level]({ ...fields }, message);
    } catch {
      // The port's promise: telemetry never changes what the engine does. There is nowhere left to say it.
    }
  }
}

/** Text for people. Loaded only here: JSON logs do not need it, and it takes 8 ms. */
function readable(output: LogOutput, colors: boolean): LogOutput {
  const { prettyFactory }: typeof import("pino-pretty") = createRequire(import.meta.url)("pino-pretty");
  const pretty = prettyFactory({
    colorize: colors,
    singleLine: true,
    translateTime: "SYS:HH:MM:ss.l",
    // A field named `error` would get a line of its own.
    errorLikeObjectKeys: [],
  });
  return { write: line => output.write(pretty(line)) };
}
