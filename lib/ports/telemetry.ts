/** Logs, counters and gauges leave through this door alone; where they go is decided in lib/app. */
export type LogLevel = "debug" | "info" | "warn" | "error";
export type Labels = Readonly<Record<string, string>>;
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * What the engine says of itself. Never blocks, never throws, never changes what the engine does.
 * Fields and labels hold ids, sizes and counts; never keys, values or credentials of users.
 */
export interface Telemetry {
  /** One line per failure, not per retry. */
  log(level: LogLevel, message: string, fields?: LogFields): void;
  /** Adds to a counter. Names end in `_total`. */
  count(name: string, value?: number, labels?: Labels): void;
  /** Records one observation, in the unit that ends the name (`_seconds`, `_bytes`). */
  observe(name: string, value: number, labels?: Labels): void;
  /** Sets a gauge. */
  gauge(name: string, value: number, labels?: Labels): void;
}

/** Says nothing. */
export const silentTelemetry: Telemetry = {
  log: () => undefined,
  count: () => undefined,
  observe: () => undefined,
  gauge: () => undefined,
};
