/**
 * Connections over REST: record batches to the log's own path, or JSON records streamed to the v3 path.
 */
import { HttpConnection, type HttpRequest } from "../../bench/http-connection.ts";
import { messageOf, textOf, utf8 } from "../../lib/std/index.ts";
import type { HistoryError } from "../sim/checker/index.ts";
import { batchOf, recordsIn } from "./batches.ts";
import {
  type Appended,
  type Connection,
  cutName,
  type Failed,
  type Fetched,
  type Part,
  type Place,
} from "./connection.ts";
import { bytesOf, keyOf, nameOf } from "./payload.ts";

const batchesMediaType = "application/vnd.cumulog.batches";

/** What both have in common: how they read. */
abstract class RestConnection implements Connection {
  abstract readonly partsMax: number;
  abstract readonly recordsMax: number;
  protected readonly http: HttpConnection;

  constructor(url: string) {
    this.http = new HttpConnection(url);
  }

  abstract append(parts: readonly Part[], told: (part: number, outcome: Appended) => void): Promise<void>;
  protected abstract read(place: Place, query: string): Promise<Fetched>;

  async fetch(place: Place, offset: number, waitMs: number, bytesMax: number): Promise<Fetched> {
    try {
      return await this.read(place, `offset=${offset}&timeout=${waitMs}&max_bytes=${bytesMax}`);
    } catch (error) {
      return cut(error);
    }
  }

  close(): void {
    this.http.close();
  }
}

/** One batch a request. */
export class BatchConnection extends RestConnection {
  readonly partsMax = 1;
  readonly recordsMax = 20;

  override async append(
    parts: readonly Part[],
    told: (part: number, outcome: Appended) => void,
  ): Promise<void> {
    for (const [index, part] of parts.entries()) told(index, await this.#appendOne(part));
  }

  async #appendOne(part: Part): Promise<Appended> {
    try {
      const { status, body } = await this.http.send({
        method: "POST",
        path: `/topics/${part.topic}/partitions/${part.partition}/records`,
        headers: { "content-type": batchesMediaType },
        body: batchOf(part.records),
      });
      if (status !== 200) return refused(JSON.parse(body.toString()));
      const { base_offset }: { readonly base_offset: number } = JSON.parse(body.toString());
      return { kind: "ok", baseOffset: base_offset };
    } catch (error) {
      return cut(error);
    }
  }

  protected override async read({ topic, partition }: Place, query: string): Promise<Fetched> {
    const { status, headers, body } = await this.http.send({
      method: "GET",
      path: `/topics/${topic}/partitions/${partition}/records?${query}`,
      headers: { accept: batchesMediaType },
    });
    if (status !== 200) return refused(JSON.parse(body.toString()));
    return {
      kind: "ok",
      records: await recordsIn(body),
      nextOffset: Number(headers["cumulog-next-offset"]),
      highWatermark: Number(headers["cumulog-high-watermark"]),
      logStartOffset: Number(headers["cumulog-log-start-offset"]),
    };
  }
}

type ResultV3 = { readonly error_code: number; readonly message?: string; readonly offset?: number };

/** A stream of JSON records a request; each has a result of its own, which comes while the rest is still sent. */
export class JsonConnection extends RestConnection {
  readonly partsMax = 30;
  readonly recordsMax = 1;
  readonly #clusterId: string;

  constructor(url: string, clusterId: string) {
    super(url);
    this.#clusterId = clusterId;
  }

  override async append(
    parts: readonly Part[],
    told: (part: number, outcome: Appended) => void,
  ): Promise<void> {
    const [first] = parts;
    if (first === undefined) return;
    let answered = 0;
    const answer = (outcome: Appended): void => {
      if (answered < parts.length) told(answered++, outcome);
    };
    const results = new Lines(line => answer(outcomeOf(JSON.parse(line))));
    const [only, ...more] = parts.flatMap(jsonRecords);
    const request: HttpRequest = {
      method: "POST",
      path: `/v3/clusters/${this.#clusterId}/topics/${first.topic}/records`,
      headers: { "content-type": "application/json" },
      // One record has a length, so that its status is its own; several are streamed.
      body: only !== undefined && more.length === 0 ? only : stream(parts),
      onData: part => results.take(part.toString()),
    };
    const ended = await this.http.send(request).catch(cut);
    results.end();
    const rest: Appended =
      "kind" in ended
        ? ended
        : { kind: "info", error: errorOf("NoResult", "busy", `status ${ended.status}`) };
    while (answered < parts.length) answer(rest);
  }

  protected override async read({ topic, partition }: Place, query: string): Promise<Fetched> {
    const path = `/topics/${topic}/partitions/${partition}/records?format=string&${query}`;
    const { status, body } = await this.http.send({ method: "GET", path });
    if (status !== 200) return refused(JSON.parse(body.toString()));
    const answer: {
      readonly records: readonly {
        readonly offset: number;
        readonly timestamp: number;
        readonly key: string | null;
        readonly value: string | null;
      }[];
      readonly next_offset: number;
      readonly high_watermark: number;
      readonly log_start_offset: number;
    } = JSON.parse(body.toString());
    return {
      kind: "ok",
      records: answer.records.map(({ offset, timestamp, key, value }) => ({
        offset,
        timestampMs: timestamp,
        value: nameOf(key === null ? null : Buffer.from(key), value === null ? null : Buffer.from(value)),
      })),
      nextOffset: answer.next_offset,
      highWatermark: answer.high_watermark,
      logStartOffset: answer.log_start_offset,
    };
  }
}

/** Cuts what comes into lines. */
class Lines {
  readonly #told: (line: string) => void;
  #rest = "";

  constructor(told: (line: string) => void) {
    this.#told = told;
  }

  take(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") this.#told(line);
  }

  /** What comes without a newline is an answer too, unless it was cut. */
  end(): void {
    if (isWhole(this.#rest)) this.#told(this.#rest);
    this.#rest = "";
  }
}

function isWhole(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

async function* stream(parts: readonly Part[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield* jsonRecords(part);
}

function jsonRecords({ partition, records }: Part): readonly Uint8Array[] {
  return records.map(record => {
    const key = keyOf(record);
    const text = JSON.stringify({
      partition_id: partition,
      ...(key && { key: { type: "STRING", data: textOf(key) } }),
      value: { type: "STRING", data: textOf(bytesOf(record)) },
      timestamp: new Date(record.timestampMs).toISOString(),
    });
    return utf8(`${text}\n`);
  });
}

function outcomeOf(result: ResultV3): Appended {
  return result.error_code === 200 && result.offset !== undefined
    ? { kind: "ok", baseOffset: result.offset }
    : refused(result);
}

/** The errors that the checker knows by name, by their public code. */
const names: Readonly<Record<number, string>> = {
  40401: "UnknownTopic",
  40402: "UnknownPartition",
  40901: "TopicFenced",
  41601: "OffsetOutOfRange",
};

/** An answer that is no success: certain, unless it says that it is not, or that something is wrong with the program. */
function refused({ error_code, message = "" }: ResultV3): Failed {
  const isBug = error_code === 50002;
  const isUncertain = isBug || Math.floor(error_code / 100) === 504;
  const error = errorOf(names[error_code] ?? String(error_code), isBug ? "bug" : "busy", message);
  const end = /is outside \[\d+, (\d+)\]/.exec(message)?.[1];
  return {
    kind: isUncertain ? "info" : "fail",
    error: end === undefined ? error : { ...error, highWatermark: Number(end) },
  };
}

/** The connection ended: of what was under way nobody can say. Where there never was one, nothing was sent. */
function cut(error: unknown): Failed {
  const isRefused = error instanceof Error && "code" in error && error.code === "ECONNREFUSED";
  return { kind: isRefused ? "fail" : "info", error: errorOf(cutName, "busy", messageOf(error)) };
}

function errorOf(name: string, kind: string, message: string): HistoryError {
  return { name, kind, message };
}
