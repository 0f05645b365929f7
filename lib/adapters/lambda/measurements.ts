/**
 * Metrics for CloudWatch, as one line of its embedded metric format a request, by Powertools. A request's counts are
 * added up and its gauges overwritten before anything is written; observations are kept one by one.
 *
 * Every distinct set of dimensions is a metric that is paid for. So the dimensions are the same three for all (service,
 * stage, function) and no label becomes one: a label with two values goes into the name of the metric, the others
 * stand beside the numbers, where they can be searched and cost nothing.
 */
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { Labels } from "../../ports/index.ts";

/** Where the numbers of a process belong. */
export type MeasuredProcess = { readonly service: string; readonly stage: string; readonly function: string };

/** The namespace of all metrics. */
const namespace = "Cumulog";
/** Labels of two or three values. */
const labelsInNames: ReadonlySet<string> = new Set(["tier", "result"]);
/** Values of one label kept beside one request's numbers; a web function answers many at once. */
const labelValuesMax = 10;

export class Measurements {
  readonly #metrics: Metrics;
  readonly #counts = new Map<string, number>();
  readonly #gauges = new Map<string, number>();
  readonly #labels = new Map<string, Set<string>>();

  constructor({ service, ...dimensions }: MeasuredProcess) {
    this.#metrics = new Metrics({ namespace, serviceName: service, defaultDimensions: dimensions });
  }

  /** Adds to a count. A count that would fall is none. */
  count(name: string, value: number, labels: Labels = {}): void {
    if (!(value >= 0)) return;
    const full = this.#nameOf(name, labels);
    this.#counts.set(full, (this.#counts.get(full) ?? 0) + value);
  }

  observe(name: string, value: number, labels: Labels = {}): void {
    this.#add(this.#nameOf(name, labels), value);
  }

  gauge(name: string, value: number, labels: Labels = {}): void {
    this.#gauges.set(this.#nameOf(name, labels), value);
  }

  /** Writes what has come together since the last time; nothing when there is nothing. */
  flush(): void {
    for (const [name, value] of [...this.#counts, ...this.#gauges]) this.#add(name, value);
    for (const [name, values] of this.#labels) this.#metrics.addMetadata(name, [...values].join(","));
    this.#counts.clear();
    this.#gauges.clear();
    this.#labels.clear();
    if (this.#metrics.hasStoredMetrics()) this.#metrics.publishStoredMetrics();
    else this.#metrics.clearMetadata();
  }

  #add(name: string, value: number): void {
    if (Number.isFinite(value)) this.#metrics.addMetric(name, unitOf(name), value);
  }

  #nameOf(name: string, labels: Labels): string {
    let full = name;
    for (const [label, value] of Object.entries(labels)) {
      if (labelsInNames.has(label)) full += `_${value}`;
      else this.#keep(label, value);
    }
    return full;
  }

  #keep(label: string, value: string): void {
    const values = this.#labels.get(label) ?? new Set();
    if (values.size < labelValuesMax) values.add(value);
    this.#labels.set(label, values);
  }
}

/** Names end in their unit, or in that and `_total`. */
function unitOf(name: string): (typeof MetricUnit)[keyof typeof MetricUnit] {
  if (/_seconds(_total)?$/.test(name)) return MetricUnit.Seconds;
  if (/_bytes(_total)?$/.test(name)) return MetricUnit.Bytes;
  return MetricUnit.Count;
}
