/**
 * Metrics for Prometheus, kept by prom-client. It takes 20 ms to load, so it is not loaded before someone asks for
 * the metrics or much has been recorded; until then what is recorded waits in a bounded list. Never throws: what
 * prom-client refuses (a label that the metric does not have, a counter that would fall) is counted and dropped.
 */
import type { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Labels } from "../../ports/index.ts";
import { buckets, droppedMetric, type Metric, metrics, undeclared } from "./metrics-table.ts";

type Recorded = {
  readonly type: Metric["type"];
  readonly name: string;
  readonly value: number;
  readonly labels: Labels | undefined;
};
type Client = typeof import("prom-client");
type Instrument = Counter | Gauge | Histogram;

const waitingMax = 10_000;

export class Metrics {
  readonly #instruments = new Map<string, Instrument>();
  #waiting: Recorded[] = [];
  #loading: Promise<void> | undefined;
  #loaded: { readonly client: Client; readonly registry: Registry } | undefined;
  #dropped = 0;

  /** Records one value, at once or when prom-client is there. */
  record(recorded: Recorded): void {
    if (this.#loaded) this.#apply(recorded);
    else if (this.#waiting.length < waitingMax) this.#waiting.push(recorded);
    else this.#dropped++;
    // A failure is told to whoever asks for the metrics.
    if (this.#waiting.length >= waitingMax / 2) this.#load().catch(() => undefined);
  }

  /** Everything recorded so far, in Prometheus' text format, and the content type that names the format. */
  async exposition(): Promise<{ readonly contentType: string; readonly text: string }> {
    await this.#load();
    const registry = this.#loaded?.registry;
    this.#showDropped();
    const text = (await registry?.metrics()) ?? "";
    return { contentType: registry?.contentType ?? "text/plain", text: withoutUnmeasured(text) };
  }

  #load(): Promise<void> {
    this.#loading ??= import("prom-client").then(module => this.#start(module.default));
    return this.#loading;
  }

  #start(client: Client): void {
    const registry = new client.Registry();
    this.#loaded = { client, registry };
    client.collectDefaultMetrics({ register: registry });
    for (const metric of metrics) this.#instruments.set(metric.name, instrument(client, registry, metric));
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const recorded of waiting) this.#apply(recorded);
  }

  /** Only then: what is dropped may have no metric to be counted in. */
  #showDropped(): void {
    const shown = this.#instruments.get(droppedMetric);
    if (shown === undefined || !("inc" in shown)) return;
    shown.reset();
    shown.inc(this.#dropped);
  }

  #apply({ type, name, value, labels = {} }: Recorded): void {
    try {
      const found = this.#instruments.get(name) ?? this.#register(type, name, labels);
      if (type === "counter" && "inc" in found) found.inc(labels, value);
      else if (type === "gauge" && "set" in found) found.set(labels, value);
      else if (type === "histogram" && "observe" in found) found.observe(labels, value);
      else this.#dropped++;
    } catch {
      this.#dropped++;
    }
  }

  #register(type: Metric["type"], name: string, labels: Labels): Instrument {
    if (!this.#loaded) throw new Error(`${name} is registered before prom-client is there`);
    const { client, registry } = this.#loaded;
    const made = instrument(client, registry, undeclared(name, type, Object.keys(labels)));
    this.#instruments.set(name, made);
    return made;
  }
}

function instrument(client: Client, registry: Registry, metric: Metric): Instrument {
  const { name, help, unit } = metric;
  const options = { name, help, labelNames: [...metric.labels], registers: [registry] };
  if (metric.type === "counter") return new client.Counter(options);
  if (metric.type === "gauge") return new client.Gauge(options);
  const bounds = buckets[unit];
  return new client.Histogram(bounds ? { ...options, buckets: [...bounds] } : options);
}

const eventLoop = /(?:^(?:# \w+ )?nodejs_eventloop_lag_.*\n)+\n?/gm;
const unmeasured = /^nodejs_eventloop_lag_mean_seconds nan$/im;

/**
 * Without the event loop if nothing was measured since it was last shown: prom-client then shows NaN for the mean and 292
 * years for the least.
 */
function withoutUnmeasured(text: string): string {
  return unmeasured.test(text) ? text.replace(eventLoop, "") : text;
}
