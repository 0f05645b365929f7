/** A Kafka port over an engine in memory, and a client that writes bytes into its socket. */
import { connect, type Socket } from "node:net";
import { onTestFinished, vi } from "vitest";
import { SystemClock } from "../../../lib/adapters/system/index.ts";
import type { AppendAnswer, Engine } from "../../../lib/engine/index.ts";
import { offset } from "../../../lib/format/index.ts";
import { apiOf } from "../../../lib/kafka/api-table.ts";
import { messages } from "../../../lib/kafka/apis/index.ts";
import {
  defaultKafkaOptions,
  type KafkaDeps,
  KafkaListener,
  type KafkaOptions,
} from "../../../lib/kafka/index.ts";
import {
  decode,
  encode,
  includes,
  type Message,
  type MessageDraft,
  type MessageValues,
  Sink,
  writeRequestHeader,
} from "../../../lib/kafka/wire/index.ts";
import type { LogFields, LogLevel, Telemetry } from "../../../lib/ports/index.ts";
import { concat, present } from "../../../lib/std/index.ts";
import { aBatch, anEngine } from "../../support/log.ts";

/** A line of the log. */
export type Line = { readonly level: LogLevel; readonly message: string; readonly fields: LogFields };

/** Keeps what is said and counted. */
export class Ear implements Telemetry {
  readonly lines: Line[] = [];
  readonly values = new Map<string, number>();

  log(level: LogLevel, message: string, fields: LogFields = {}): void {
    this.lines.push({ level, message, fields });
  }

  count(name: string, value = 1, labels: object = {}): void {
    const key = [name, ...Object.values(labels)].join(" ");
    this.values.set(key, (this.values.get(key) ?? 0) + value);
  }

  observe(name: string, _value: number, labels: object = {}): void {
    this.count(`${name}_count`, 1, labels);
  }

  gauge(name: string, value: number): void {
    this.values.set(name, value);
  }

  /** Lines that a person is meant to read. */
  get loud(): readonly Line[] {
    return this.lines.filter(({ level }) => level === "warn" || level === "error");
  }
}

/** A port that listens, with everything around it. */
export type Port = {
  readonly listener: KafkaListener;
  readonly port: number;
  readonly engine: Engine;
  readonly ear: Ear;
  client(): Promise<Client>;
};

/** Listens on a free port of the loopback until the test ends. */
export async function aPort(
  options: Partial<KafkaOptions> = {},
  deps: Partial<KafkaDeps> & { readonly host?: string } = {},
): Promise<Port> {
  const ear = new Ear();
  const { host = "127.0.0.1", ...given } = deps;
  const engine = given.engine ?? anEngine();
  const listener = new KafkaListener({
    engine,
    clock: new SystemClock(),
    telemetry: ear,
    nodes: { ownId: 1, list: at => [{ id: 1, ...at }], preferred: () => 1 },
    ...given,
    options: { ...defaultKafkaOptions, ...options },
  });
  const port = await listener.listen({ host, port: 0 });
  onTestFinished(() => listener.cut());
  return { listener, port, engine, ear, client: () => Client.connect(port) };
}

/** Bytes of requests and answers that all connections hold. */
export function heldBytes({ load }: KafkaListener): number {
  return load.requestBytes + load.answerBytes;
}

type Overrides = { readonly [Name in "append" | "fetch"]?: Engine[Name] };

/** The engine with some of its doors replaced. */
export function withDoors(engine: Engine, doors: Overrides): Engine {
  return new Proxy(engine, {
    get: (target, name) => {
      const replaced: unknown = Reflect.get(doors, name);
      const value: unknown = replaced ?? Reflect.get(target, name, target);
      return typeof value === "function" && !replaced ? value.bind(target) : value;
    },
  });
}

/** What an append answers with that went well. */
export function appendedAt(baseOffset: number): AppendAnswer {
  const base = offset(baseOffset);
  return { kind: "appended", baseOffset: base, recordCount: 1, appendTimeMs: -1, logStartOffset: offset(0) };
}

/** Waits for something that a socket brings. */
export async function eventually(condition: () => boolean): Promise<void> {
  await vi.waitUntil(condition, { timeout: 25_000, interval: 2 });
}

type ApiName = keyof typeof messages;
type RequestOf<Name extends ApiName> = MessageDraft<(typeof messages)[Name]["request"]>;
type ResponseOf<Name extends ApiName> = MessageValues<(typeof messages)[Name]["response"]>;

/** A frame with its size before it. */
export function frameOf<Name extends ApiName>(
  name: Name,
  version: number,
  draft: RequestOf<Name>,
  correlationId = 1,
): Uint8Array {
  const { key } = messages[name];
  const request: Message = messages[name].request;
  const sink = new Sink();
  const header = { apiKey: key, apiVersion: version, correlationId, clientId: "test" };
  writeRequestHeader(sink, header, includes(request.flexible, version));
  encode(sink, request, version, draft as object);
  return sized(concat(sink.parts()));
}

/** Any bytes as a frame. */
export function sized(bytes: Uint8Array): Uint8Array {
  const size = Buffer.alloc(4);
  size.writeInt32BE(bytes.length);
  return concat([size, bytes]);
}

/** A frame that appends one record of this value. */
export function produceFrame(
  topic: string,
  value: string,
  { acks = -1, correlationId = 1, partition = 0 } = {},
): Uint8Array {
  const partitionData = [{ index: partition, records: [aBatch(value)] }];
  return frameOf(
    "produce",
    9,
    { acks, timeoutMs: 30_000, topicData: [{ name: topic, partitionData }] },
    correlationId,
  );
}

/** A frame that fetches from the beginning of one partition, waiting up to so long for one byte more. */
export function fetchFrame(
  topic: string,
  { correlationId = 1, partition = 0, fetchOffset = 0, maxWaitMs = 0, minBytes = 1, maxBytes = 2 ** 30 } = {},
): Uint8Array {
  const partitions = [{ partition, fetchOffset, partitionMaxBytes: maxBytes }];
  const topics = [{ topic, partitions }];
  return frameOf("fetch", 12, { maxWaitMs, minBytes, maxBytes, sessionEpoch: -1, topics }, correlationId);
}

/** A client without manners. */
export class Client {
  readonly socket: Socket;
  /** Resolves when the connection is closed, with whether that was rude. */
  readonly closed: Promise<boolean>;
  readonly #frames: Uint8Array[] = [];
  #rest: Buffer = Buffer.alloc(0);
  #isClosed = false;
  #hasEnded = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("end", () => {
      this.#hasEnded = true;
    });
    this.closed = new Promise(resolve =>
      socket.once("close", hadError => {
        this.#isClosed = true;
        resolve(hadError);
      }),
    );
  }

  static async connect(port: number, host = "127.0.0.1"): Promise<Client> {
    const socket = connect({ port, host, noDelay: true, allowHalfOpen: true });
    const client = new Client(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", () => resolve());
      socket.once("error", reject);
    });
    onTestFinished(() => void socket.destroy());
    return client;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Whether the server has closed its side. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Frames that came and were not taken. */
  get waiting(): number {
    return this.#frames.length;
  }

  send(...frames: readonly Uint8Array[]): void {
    for (const frame of frames) this.socket.write(frame);
  }

  /** The next answer, without its size. Fails when the connection ends before it. */
  async next(): Promise<Uint8Array> {
    await eventually(() => this.#frames.length > 0 || this.#isClosed || this.#hasEnded);
    return present(this.#frames.shift(), "an answer before the end");
  }

  /** Asks, and reads the answer. */
  async ask<Name extends ApiName>(
    name: Name,
    version: number,
    draft: RequestOf<Name>,
    correlationId = 1,
  ): Promise<ResponseOf<Name>> {
    this.send(frameOf(name, version, draft, correlationId));
    const answer = await this.next();
    return answerOf(name, version, answer, correlationId);
  }

  #receive(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= 4) {
      const end = 4 + this.#rest.readInt32BE(0);
      if (this.#rest.length < end) return;
      this.#frames.push(this.#rest.subarray(4, end));
      this.#rest = this.#rest.subarray(end);
    }
  }
}

/** The id that an answer belongs to. */
export function correlationOf(answer: Uint8Array): number {
  return Buffer.from(answer).readInt32BE(0);
}

/** An answer, decoded; fails when it belongs to another question. */
export function answerOf<Name extends ApiName>(
  name: Name,
  version: number,
  answer: Uint8Array,
  correlationId = 1,
): ResponseOf<Name> {
  if (correlationOf(answer) !== correlationId)
    throw new Error(`an answer to ${correlationOf(answer)} and not to ${correlationId}`);
  const response: Message = present(apiOf(messages[name].key), name).response;
  const hasTaggedFields = includes(response.flexible, version) && name !== "apiVersions";
  return decode(response, version, answer.subarray(hasTaggedFields ? 5 : 4)) as ResponseOf<Name>;
}
