/**
 * An idempotent producer as Kafka's own is: what it was not answered it sends again, with the same sequence, also to the next
 * life of the server. So in the end it knows of every record where it lies, once.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { WireClient } from "../../../bench/kafka/wire-client.ts";
import { systemCodecs } from "../../../lib/adapters/system/index.ts";
import { buildPlainBatch, type RecordInput } from "../../../lib/format/record-batch/index.ts";
import { present } from "../../../lib/std/index.ts";
import type { Prng } from "../../sim/world/prng.ts";
import type { Ledger } from "./ledger.ts";
import { someRecords } from "./records.ts";
import type { SoakTopic } from "./topics.ts";

type Deps = {
  readonly random: Prng;
  readonly ledgers: readonly Ledger[];
  readonly problems: (line: string) => void;
};

type Pending = {
  readonly partition: number;
  readonly sequence: number;
  readonly records: readonly RecordInput[];
};

/** Kafka's codes after which the same is sent again: no answer of the log, or one of a log that cannot answer now. */
const retriable: ReadonlySet<number> = new Set([5, 6, 7, 13, 14, 15, 16, 19, 20]);
const produceVersion = 9;
const retryMs = 200;
const timeoutMs = 10_000;

export class Producer {
  readonly #name: string;
  readonly #topic: SoakTopic;
  readonly #deps: Deps;
  readonly #sequences: number[];
  #producer: { readonly id: number; readonly epoch: number } | undefined;
  #pending: Pending | undefined;
  #batches = 0;
  #isEnded = false;

  constructor(name: string, topic: SoakTopic, deps: Deps) {
    this.#name = name;
    this.#topic = topic;
    this.#deps = deps;
    this.#sequences = Array.from({ length: topic.partitions }, () => 0);
  }

  /** What it was not answered yet. */
  get pending(): readonly RecordInput[] {
    return this.#pending?.records ?? [];
  }

  /** Sends until `isOver`. What is unanswered when the connection ends, which throws, stays for the next one. */
  async run(client: WireClient, pauseMs: number, isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await this.#sendOne(client);
      await sleep(this.#deps.random.between(0, 2 * pauseMs));
    }
  }

  /** Its topic is deleted from now on: what it is told does not count. */
  end(): void {
    this.#isEnded = true;
  }

  /** Until nothing is unanswered. Throws when the connection ends. */
  async finish(client: WireClient): Promise<void> {
    while (this.#pending !== undefined) await this.#sendOne(client);
  }

  async #sendOne(client: WireClient): Promise<void> {
    this.#producer ??= await newProducer(client);
    this.#pending ??= this.#next();
    const { partition, sequence, records } = this.#pending;
    const batch = buildPlainBatch(records, {
      codecs: systemCodecs,
      producer: { ...this.#producer, sequence },
    });
    const { errorCode, baseOffset } = await produce(client, this.#topic.name, partition, batch);
    if (retriable.has(errorCode)) {
      await sleep(retryMs);
      return;
    }
    if (this.#isEnded) return;
    this.#pending = undefined;
    this.#sequences[partition] = sequence + records.length;
    if (errorCode === 0) this.#deps.ledgers[partition]?.acknowledge(baseOffset, records);
    else
      this.#deps.problems(
        `${this.#name}: sequence ${sequence} of ${this.#topic.name}-${partition} was refused with ${errorCode}`,
      );
  }

  #next(): Pending {
    const { random } = this.#deps;
    const partition = random.below(this.#topic.partitions);
    const name = `${this.#name}.${this.#batches++}`;
    const records = someRecords(random, name, this.#topic.policy, Date.now());
    return { partition, sequence: this.#sequences[partition] ?? 0, records };
  }
}

async function newProducer(client: WireClient): Promise<{ readonly id: number; readonly epoch: number }> {
  for (;;) {
    const asked = { transactionalId: null, transactionTimeoutMs: timeoutMs };
    const { errorCode, producerId, producerEpoch } = await client.ask("initProducerId", 4, asked);
    if (errorCode === 0) return { id: Number(producerId), epoch: producerEpoch };
    await sleep(retryMs);
  }
}

async function produce(client: WireClient, name: string, index: number, batch: Uint8Array) {
  const { responses } = await client.ask("produce", produceVersion, {
    acks: -1,
    timeoutMs,
    topicData: [{ name, partitionData: [{ index, records: [batch] }] }],
  });
  const answer = present(responses[0]?.partitionResponses[0], "an answer for the partition");
  return { errorCode: answer.errorCode, baseOffset: Number(answer.baseOffset) };
}
