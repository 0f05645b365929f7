/**
 * A Kafka client that is little more than its socket, so that a thousand of them fit one process: what it measures is the
 * server. Requests of a client are answered in their order.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { apiTable, type messages } from "../../lib/kafka/index.ts";
import {
  bodyOf,
  decode,
  encode,
  type Fields,
  includes,
  type Message,
  type MessageDraft,
  type MessageValues,
  Sink,
  writeRequestHeader,
} from "../../lib/kafka/wire/index.ts";
import { present } from "../../lib/std/index.ts";

type Messages = typeof messages;
type Name = keyof Messages;
type Answered = { readonly resolve: (frame: Buffer) => void; readonly reject: (error: Error) => void };

const sizeBytes = 4;
const correlationBytes = 4;

export class WireClient {
  readonly #socket: Socket;
  readonly #waiting: Answered[] = [];
  #arrived: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", chunk => this.#take(chunk));
    socket.on("error", () => undefined);
    socket.once("close", () => {
      for (const { reject } of this.#waiting) reject(new Error("the server closed the connection"));
    });
  }

  /** `address`: `127.0.0.1:9092`. Rejects when it is refused. */
  static async to(address: string): Promise<WireClient> {
    const [host = "", port] = address.split(":");
    const socket = connect({ host, port: Number(port), noDelay: true });
    await once(socket, "connect");
    return new WireClient(socket);
  }

  /** The answer to one request. Rejects when the connection ends before. */
  async ask<N extends Name>(
    name: N,
    version: number,
    draft: MessageDraft<Messages[N]["request"]>,
  ): Promise<MessageValues<Messages[N]["response"]>> {
    const api = present(
      apiTable().find(one => one.name === name),
      `the API ${name}`,
    );
    const isFlexible = includes(api.request.flexible, version);
    const sink = new Sink();
    writeRequestHeader(
      sink,
      { apiKey: api.key, apiVersion: version, correlationId: 1, clientId: "bench" },
      isFlexible,
    );
    const request: Message = api.request;
    encode<Fields>(sink, request, version, draft);
    const frame = await this.#send(sink.parts());
    // The header of an answer is like that of a request without its first fields.
    const header = { apiKey: api.key, apiVersion: version, correlationId: 1, clientId: null };
    const hasTags = includes(api.response.flexible, version) && name !== "apiVersions";
    const body = bodyOf(frame, { ...header, bodyAt: correlationBytes }, hasTags);
    return decode(api.response, version, body) as MessageValues<Messages[N]["response"]>;
  }

  /** Ends the connection. */
  close(): void {
    this.#socket.destroy();
  }

  #send(parts: readonly Uint8Array[]): Promise<Buffer> {
    const body = Buffer.concat(parts);
    const size = Buffer.alloc(sizeBytes);
    size.writeInt32BE(body.length);
    if (this.#socket.destroyed) return Promise.reject(new Error("the connection is closed"));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#socket.write(Buffer.concat([size, body]));
    });
  }

  #take(chunk: Buffer): void {
    this.#arrived = this.#arrived.length === 0 ? chunk : Buffer.concat([this.#arrived, chunk]);
    while (this.#arrived.length >= sizeBytes) {
      const end = sizeBytes + this.#arrived.readInt32BE(0);
      if (this.#arrived.length < end) return;
      this.#waiting.shift()?.resolve(this.#arrived.subarray(sizeBytes, end));
      this.#arrived = this.#arrived.subarray(end);
    }
  }
}
