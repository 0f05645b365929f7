/**
 * The v3 produce stream: records come in, results go out in the same order, and meanwhile the next records are on their
 * way into the log.
 *
 *   body -> receive (lots) -> decode -> append (pipelined) -> results, oldest first
 *
 * Memory is bounded at both ends: past the window nothing more is read, and while nobody reads the results nothing is
 * sent either. A record that fails has its own result; the others go on.
 */
import type { Topic } from "../../engine/index.ts";
import { CumulogError } from "../../std/index.ts";
import type { Service } from "../deps.ts";
import { publicMessage, retryAfterHeader, type Translation, translate } from "../errors.ts";
import { asFailure, reportFailure } from "../failures.ts";
import { appendRecords, type Outcome, topicFor } from "./append.ts";
import { type Lot, type Received, RecordReceiver } from "./receive.ts";
import { type ProducedV3, readRecordV3 } from "./record-v3.ts";

/** What a stream is for. */
export type StreamTarget = {
  readonly service: Service;
  readonly request: Request;
  readonly clusterId: string;
  readonly topic: Topic;
};

/** Results of one lot. */
export type Results = {
  /** JSON objects, each followed by a newline. */
  readonly text: string;
  readonly count: number;
  /** The status that the last of them would have on its own, and what headers beside it. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Nothing follows. */
  readonly isLast: boolean;
};

/** What a record takes beside its bytes, about: decoded, on its way, and as a result. */
const recordOverheadBytes = 512;

type Sent = { readonly lot: Lot; readonly results: Promise<Results> };
type Decoded = readonly (ProducedV3 | CumulogError)[];

/** Appends the records of the request's body; yields their results in order, nothing if there is no record. */
export async function* produceStream(first: StreamTarget): AsyncGenerator<Results, undefined> {
  const { service, request } = first;
  let target = first;
  const receiver = new RecordReceiver(service, request);
  const sent: Sent[] = [];
  // Counts what waits for its results; past the window nothing more is read.
  let windowBytes = 0;
  let receiving: Promise<Lot> | undefined = receiver.next();
  try {
    while (receiving !== undefined || sent.length > 0) {
      const oldest: Sent | undefined = sent[0];
      const mayReceive = oldest === undefined || windowBytes < service.options.streamWindowBytes;
      const event: Lot | Results = await firstOf(mayReceive ? receiving : undefined, oldest?.results);
      if ("items" in event) {
        const decoded = decode(service, event);
        target = await lookAgain(target, decoded);
        sent.push({ lot: event, results: send(target, event, decoded) });
        windowBytes += weightOf(event);
        receiving = event.isLast ? undefined : receiver.next();
      } else if (oldest !== undefined) {
        sent.shift();
        windowBytes -= weightOf(oldest.lot);
        receiver.giveBack(oldest.lot);
        if (event.count > 0) yield event;
      }
    }
  } finally {
    // What is on its way holds its bytes until it is answered, whether or not anyone still listens.
    await Promise.all(sent.map(({ results }) => results));
    receiver.close();
  }
}

/** As the body of an answer, `first` before the rest. */
export function asBody(first: Results, rest: AsyncGenerator<Results, undefined>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      start: controller => controller.enqueue(encoder.encode(first.text)),
      pull: async controller => {
        const next = await rest.next();
        if (next.done) controller.close();
        else controller.enqueue(encoder.encode(next.value.text));
      },
      cancel: async () => {
        await rest.return(undefined);
      },
    },
    { highWaterMark: 1 },
  );
}

/** A stream may outlive what was known of its topic. If it cannot be read now, the engine says so of each record. */
async function lookAgain(target: StreamTarget, decoded: Decoded): Promise<StreamTarget> {
  const { service, topic } = target;
  const now = await topicFor(service, topic.name, decoded).catch(() => topic);
  return now === topic ? target : { ...target, topic: now };
}

function firstOf<A, B>(a: Promise<A> | undefined, b: Promise<B> | undefined): Promise<A | B> {
  if (a === undefined || b === undefined) return (a ?? b) as Promise<A | B>;
  return Promise.race([b, a]);
}

/** Everything up to the hand-over to the engine happens before this returns: lots keep their order. Never rejects. */
function send(target: StreamTarget, lot: Lot, decoded: Decoded): Promise<Results> {
  const { service, topic } = target;
  return appendRecords(service, topic, decoded).then(
    outcomes => resultsOf(target, lot, decoded, outcomes),
    (error: unknown) => {
      const failure = { kind: "failed", error: asFailure(error) } as const;
      return resultsOf(
        target,
        lot,
        decoded,
        decoded.map(() => failure),
      );
    },
  );
}

function weightOf(lot: Lot): number {
  return lot.sizeBytes + lot.items.length * recordOverheadBytes;
}

function decode(service: Service, lot: Lot): Decoded {
  const nowMs = service.clock.now();
  return lot.items.map(item => decodeOne(item, nowMs));
}

function decodeOne(item: Received, nowMs: number): ProducedV3 | CumulogError {
  if (item instanceof CumulogError) return item;
  try {
    return readRecordV3(item, nowMs);
  } catch (error) {
    return asFailure(error);
  }
}

function resultsOf(target: StreamTarget, lot: Lot, decoded: Decoded, outcomes: readonly Outcome[]): Results {
  let text = "";
  let last: Translation | undefined;
  for (const [index, outcome] of outcomes.entries()) {
    const produced = decoded[index];
    if (outcome.kind === "failed" || produced === undefined || produced instanceof CumulogError) {
      const error = outcome.kind === "failed" ? outcome.error : produced;
      last = translate(error);
      const requestId = reportFailure(target.service, target.request, error);
      text += `${JSON.stringify({ error_code: last.code, message: publicMessage(error, requestId) })}\n`;
    } else {
      last = undefined;
      text += `${JSON.stringify(successOf(target, produced, outcome))}\n`;
    }
  }
  const headers = last === undefined ? {} : retryAfterHeader(last);
  return { text, count: outcomes.length, status: last?.status ?? 200, headers, isLast: lot.isLast };
}

function successOf(
  { clusterId, topic }: StreamTarget,
  { record, keyType, valueType }: ProducedV3,
  { partition, offset, timestampMs }: Extract<Outcome, { kind: "stored" }>,
) {
  return {
    error_code: 200,
    cluster_id: clusterId,
    topic_name: topic.name,
    partition_id: partition,
    offset,
    timestamp: new Date(timestampMs).toISOString(),
    ...(keyType && { key: { type: keyType, size: record.key?.length ?? 0 } }),
    ...(valueType && { value: { type: valueType, size: record.value?.length ?? 0 } }),
  };
}
