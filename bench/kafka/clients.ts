/**
 * The clients of the comparison, each in a process of its own: Kafka's Java tools and librdkafka. What is measured is measured
 * inside them, from the first record to the last, so that their own start does not count.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import type { Installed } from "./install.ts";

export type Rate = { readonly recordsPerSecond: number };
export type Transfer = {
  readonly server: string;
  readonly topic: string;
  readonly partitions: number;
  readonly valueBytes: number;
  readonly records: number;
};

export interface Client {
  readonly name: string;
  produce(transfer: Transfer): Promise<Rate>;
  consume(transfer: Transfer): Promise<Rate>;
}

const patienceMs = 300_000;
const python = join(import.meta.dirname, "client.py");
const execute = promisify(execFile);

/** Kafka's own client, as its tool for measuring drives it. */
export class JavaClient implements Client {
  readonly name = "Java";
  readonly #installed: Installed;

  constructor(installed: Installed) {
    this.#installed = installed;
  }

  async produce({ server, topic, valueBytes, records }: Transfer): Promise<Rate> {
    const text = await this.#java(
      "org.apache.kafka.tools.ProducerPerformance",
      ...["--topic", topic, "--num-records", String(records), "--record-size", String(valueBytes)],
      ...["--throughput", "-1", "--producer-props", `bootstrap.servers=${server}`, "acks=all"],
    );
    // The last line is of all records; those before it are of intervals.
    const rates = [...text.matchAll(/^(\d+) records sent, ([\d.]+) records\/sec .*99th/gm)];
    const [, sent, rate] = rates.at(-1) ?? [];
    if (Number(sent) !== records) throw new Error(`the Java producer ended without its sum: ${text}`);
    return { recordsPerSecond: Number(rate) };
  }

  async consume({ server, topic, partitions, records }: Transfer): Promise<Rate> {
    const text = await this.#java("AssigningConsumer", server, topic, String(partitions), String(records));
    const [counted, seconds] = text.trim().split(" ").map(Number);
    return rateOf({ records: counted, seconds });
  }

  async #java(...args: readonly string[]): Promise<string> {
    const all = ["-Xmx512M", "-cp", this.#installed.classPath, ...args];
    const { stdout } = await execute("java", all, { timeout: patienceMs, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  }
}

/** The client in C, as Python drives it. */
export class RdkafkaClient implements Client {
  readonly name = "librdkafka";
  readonly #installed: Installed;

  constructor(installed: Installed) {
    this.#installed = installed;
  }

  async create(server: string, topic: string, partitions: number, config: readonly string[]): Promise<void> {
    const configs = config.flatMap(one => ["--config", one]);
    await this.#run("create", server, topic, "--partitions", String(partitions), ...configs);
  }

  async produce(transfer: Transfer): Promise<Rate> {
    return rateOf(await this.#run("produce", transfer.server, transfer.topic, ...sizesOf(transfer)));
  }

  async consume(transfer: Transfer): Promise<Rate> {
    return rateOf(await this.#run("consume", transfer.server, transfer.topic, ...sizesOf(transfer)));
  }

  /** How long each record took from produce() to the consumer, in ms. */
  async latency(server: string, topic: string, records: number, rate: number): Promise<readonly number[]> {
    const sizes = ["--records", String(records), "--rate", String(rate)];
    const { milliseconds } = await this.#run("latency", server, topic, ...sizes);
    if (!Array.isArray(milliseconds)) throw new Error("no latencies came back");
    return milliseconds;
  }

  /** Makes a client ready; `send` resolves when a server that may only be starting acknowledged its record. */
  async first(server: string, topic: string): Promise<{ readonly send: () => Promise<void> }> {
    const child = spawn(this.#installed.python, [python, "first", server, topic], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const lines = createInterface({ input: child.stdout });
    await once(lines, "line");
    return {
      send: async () => {
        // Its last line is said when the record is acknowledged; its end takes longer.
        const acknowledged = Promise.race([once(lines, "line"), once(lines, "close")]);
        child.stdin.end("go\n");
        const [line] = (await acknowledged) as readonly unknown[];
        if (line !== "{}") throw new Error("the first record was not acknowledged");
      },
    };
  }

  async #run(...args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
    const { stdout } = await execute(this.#installed.python, [python, ...args], {
      timeout: patienceMs,
      maxBuffer: 64 * 1024 * 1024,
    });
    return JSON.parse(stdout);
  }
}

function sizesOf({ partitions, records, valueBytes }: Transfer): readonly string[] {
  const sizes = { partitions, records, size: valueBytes };
  return Object.entries(sizes).flatMap(([name, value]) => [`--${name}`, String(value)]);
}

function rateOf({ records, seconds }: Readonly<Record<string, unknown>>): Rate {
  const rate = Number(records) / Number(seconds);
  if (!(rate > 0)) throw new Error(`${records} records in ${seconds} s are no rate: move more of them`);
  return { recordsPerSecond: rate };
}
