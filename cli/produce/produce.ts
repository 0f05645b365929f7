/**
 * Joins the parts that write: lines become records, records go to partitions, and in the end every one is accounted for.
 */
import type { Readable } from "node:stream";
import { SystemRandom, systemCodecs } from "../../lib/adapters/system/index.ts";
import { Partitioner } from "../../lib/engine/index.ts";
import { limits } from "../../lib/format/index.ts";
import type { RecordInput } from "../../lib/format/record-batch/index.ts";
import type { Compression } from "../../lib/ports/index.ts";
import { messageOf } from "../../lib/std/index.ts";
import type { Endpoints } from "../endpoints.ts";
import { LineRefused, ProduceStopped, UsageWrong } from "../errors.ts";
import { Outage } from "../outage.ts";
import { tell } from "../output.ts";
import { type Interrupt, onInterrupt } from "../signals.ts";
import { topicInUse } from "../topic-in-use.ts";
import { type Account, Lanes } from "./lanes.ts";
import { LineSplitter } from "./lines.ts";
import { type MakeRecord, type RecordRules, recordMaker } from "./records.ts";
import { sendPatiently } from "./send.ts";

export type ProduceRequest = RecordRules & {
  readonly topic: string;
  readonly input: Readable;
  /** Undefined: by the key, or changing with every batch. */
  readonly partition: number | undefined;
  readonly compression: Compression;
  readonly onProgress: (inputBytes: number, records: number) => void;
};

export type Produced = {
  readonly account: Account;
  /** Of the lines, without their newlines. */
  readonly bytes: number;
  /** A signal ended the input early; what was read before is appended. */
  readonly interrupt: Interrupt | undefined;
};

/** Appends a record per line. Throws ProduceStopped when not all of them are; says then which are. */
export async function produce(endpoints: Endpoints, request: ProduceRequest): Promise<Produced> {
  const { input } = request;
  const target = await findTarget(endpoints, request);
  const lanes = makeLanes(endpoints, request, target, error => input.destroy(error));
  let interrupt: Interrupt | undefined;
  const release = onInterrupt(signal => {
    interrupt = signal;
    input.destroy();
  });
  const feed = new Feed(lanes, request, target);
  try {
    await feed.readAll(() => interrupt !== undefined);
    await lanes.flush();
  } catch (error) {
    throw await explain(error, feed, lanes);
  } finally {
    release();
  }
  return { account: lanes.account(), bytes: feed.bytes, interrupt };
}

/** What of the topic decides how records are sent. */
type Target = { readonly partitions: number; readonly batchBytesMax: number };

async function findTarget(endpoints: Endpoints, { topic, partition }: ProduceRequest): Promise<Target> {
  const { partitions } = await topicInUse(endpoints, topic);
  if (partition !== undefined && partition >= partitions)
    throw new UsageWrong(
      `--partition ${partition}: topic ${topic} has the partitions 0 to ${partitions - 1}`,
    );
  return { partitions, batchBytesMax: await endpoints.messageBytesMax(topic) };
}

function makeLanes(
  endpoints: Endpoints,
  { topic, partition, compression }: ProduceRequest,
  { partitions, batchBytesMax }: Target,
  onFailure: (error: Error) => void,
): Lanes {
  const partitioner = new Partitioner({ random: new SystemRandom() });
  const outage = new Outage({ tell });
  return new Lanes(
    {
      codecs: systemCodecs,
      choose: key => partition ?? partitioner.partitionFor(topic, key, partitions),
      batchClosed: () => partitioner.batchDone(topic),
      send: (to, batches) => sendPatiently(() => endpoints.append(topic, to, batches), outage),
      onFailure,
    },
    { compression, batchBytesMax },
  );
}

/** Reads the input to its end, a line at a time. */
class Feed {
  readonly #lanes: Lanes;
  readonly #request: ProduceRequest;
  readonly #target: Target;
  readonly #splitter = new LineSplitter();
  readonly #makeRecord: MakeRecord;
  #lines = 0;
  #bytes = 0;

  constructor(lanes: Lanes, request: ProduceRequest, target: Target) {
    this.#lanes = lanes;
    this.#request = request;
    this.#target = target;
    this.#makeRecord = recordMaker(request);
  }

  /** Lines that were added, without their newlines. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many lines were added. */
  get lines(): number {
    return this.#lines;
  }

  async readAll(isInterrupted: () => boolean): Promise<void> {
    const { input, onProgress } = this.#request;
    let inputBytes = 0;
    try {
      for await (const chunk of input) {
        await this.#add(this.#splitter.push(chunk));
        this.#boundUnfinished();
        await this.#lanes.room();
        inputBytes += chunk.length;
        onProgress(inputBytes, this.#lanes.acknowledged);
      }
    } catch (error) {
      // Destroyed by the signal: what was read before it counts.
      if (!isInterrupted()) throw error;
      return;
    }
    await this.#add(this.#splitter.end());
  }

  async #add(lines: readonly Uint8Array[]): Promise<void> {
    const nowMs = Date.now();
    for (const line of lines) {
      const number = this.#lines + 1;
      const record = this.#makeRecord(line, number, nowMs);
      if (this.#lanes.isNearLimit(record)) await this.#requireFit(record, line.length, number);
      this.#lanes.add(record, number);
      this.#lines = number;
      this.#bytes += line.length;
    }
  }

  async #requireFit(record: RecordInput, lineBytes: number, number: number): Promise<void> {
    const { batchBytesMax } = this.#target;
    const batchBytes = await this.#lanes.sizeAlone(record);
    if (batchBytes > batchBytesMax)
      throw new LineRefused(
        `line ${number} has ${lineBytes} bytes: as a batch ${batchBytes}, and topic ${this.#request.topic} takes at most ${batchBytesMax} (max.message.bytes)`,
      );
  }

  /** Compressed, a line may be longer than what the topic takes; but it has to fit the memory. */
  #boundUnfinished(): void {
    const { topic, compression } = this.#request;
    const bytesMax = compression === "none" ? this.#target.batchBytesMax : limits.batchBytesMax;
    const { unfinishedBytes } = this.#splitter;
    if (unfinishedBytes > bytesMax)
      throw new LineRefused(
        `line ${this.#lines + 1} has more than ${unfinishedBytes} bytes, and topic ${topic} takes at most ${this.#target.batchBytesMax} (max.message.bytes)`,
      );
  }
}

/** The error to show: what went wrong, what is certainly appended, and where the doubt is. */
async function explain(error: unknown, feed: Feed, lanes: Lanes): Promise<unknown> {
  // What was read before a bad line is still sent; after a failed append nothing is, and this only waits.
  const failure = await lanes.flush().then(
    () => error,
    (first: unknown) => first,
  );
  const { records, firstUnsureLine, doubts } = lanes.account();
  const firstUnsent = firstUnsureLine ?? feed.lines + 1;
  const parts = [
    messageOf(failure),
    `acknowledged: ${records} ${records === 1 ? "record" : "records"}${records > 0 ? `, among them every line before line ${firstUnsent}` : ""}`,
    ...doubts.map(
      doubt =>
        `in doubt, stored or not: ${doubt.records} of the lines ${doubt.firstLine} to ${doubt.lastLine} (partition ${doubt.partition})`,
    ),
  ];
  return new ProduceStopped(parts.join("; "), { cause: failure });
}
