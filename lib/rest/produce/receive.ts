/**
 * Reads records off a request body as they arrive: whatever has come in is one lot. What ends the stream early (bytes
 * that are no record, silence, a stopping server) becomes the last item of the last lot, so that the sender reads in
 * the results how far it came. Bytes read are accounted for until their lot is given back.
 */
import type { CumulogError } from "../../std/index.ts";
import { contentLength, truncated } from "../body.ts";
import type { Service } from "../deps.ts";
import { BadRequest, BodyTooLarge, BodyTooSlow, ServerStopping } from "../errors.ts";
import { asFailure } from "../failures.ts";
import { HeldBytes } from "../held-bytes.ts";
import { jsonProblem } from "../json-problem.ts";
import type { RecordText } from "./record-v3.ts";
import { JsonSplitter, type Piece } from "./split.ts";

/** The bytes of one record and the line where it begins, or why there is none. */
export type Received = RecordText | CumulogError;

/** Records that arrived together. */
export type Lot = {
  readonly items: readonly Received[];
  readonly sizeBytes: number;
  readonly isLast: boolean;
};

/** Bytes that end anywhere may end inside a character. */
const lenientDecoder = new TextDecoder();
/** A body up to this size is read at once: a stream costs more than it. */
const wholeBytesMax = 64 * 1024;

export class RecordReceiver {
  readonly #service: Service;
  readonly #request: Request;
  readonly #splitter: JsonSplitter;
  readonly #held: HeldBytes;
  readonly #expectedBytes: number | undefined;
  readonly #onStop = (): void => this.#interrupt(stopped());
  #interrupt: (error: CumulogError) => void = () => undefined;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #receivedBytes = 0;
  #receivedRecords = 0;
  #isClosed = false;

  constructor(service: Service, request: Request) {
    this.#service = service;
    this.#request = request;
    this.#splitter = new JsonSplitter(service.options.requestBytesMax);
    this.#held = new HeldBytes(service.bodyRoom);
    this.#expectedBytes = contentLength(request);
    service.stopping.addEventListener("abort", this.#onStop);
  }

  /** Waits for the next lot: at least one item, but for a last one that may have none. Never rejects. */
  async next(): Promise<Lot> {
    const items: Received[] = [];
    let sizeBytes = 0;
    let isLast = false;
    while (items.length === 0 && !isLast) {
      try {
        const chunk = await this.#read();
        sizeBytes += chunk?.length ?? 0;
        isLast = this.#take(chunk, items);
        if (items.length > 0 || this.#splitter.isKeeping) continue;
        // White space, or part of a record that is too large: nothing of it is held.
        this.#held.give(sizeBytes);
        sizeBytes = 0;
      } catch (error) {
        items.push(asFailure(error));
        isLast = true;
      }
    }
    return { items, sizeBytes, isLast };
  }

  /** Adds what the chunk completes, and what is wrong at the end; answers whether this was the end. */
  #take(chunk: Uint8Array | undefined, items: Received[]): boolean {
    for (const piece of chunk ? this.#splitter.push(chunk) : []) {
      items.push(this.#received(piece));
      if (items.at(-1) instanceof TooManyRecords) return true;
    }
    if (chunk && !this.#isWhole()) return items.at(-1) instanceof EndOfRecords;
    const rest = this.#splitter.end();
    if (rest) items.push(this.#received(rest));
    return true;
  }

  /** The lot is done with: its bytes may be used for others. */
  giveBack(lot: Lot): void {
    this.#held.give(lot.sizeBytes);
  }

  /** Reads no more and gives everything back. */
  close(): void {
    this.#isClosed = true;
    this.#service.stopping.removeEventListener("abort", this.#onStop);
    this.#held.release();
    // Only says that nothing more is wanted; that the other side is gone already is no failure.
    this.#reader?.cancel().catch(() => undefined);
  }

  async #read(): Promise<Uint8Array | undefined> {
    const { clock, options, stopping } = this.#service;
    const ms = options.streamSilenceMsMax;
    const chunk = await new Promise<Uint8Array | undefined>((resolve, reject) => {
      this.#interrupt = reject;
      if (stopping.aborted) reject(stopped());
      const cancel = clock.timer(ms, () => reject(new BodyTooSlow(`nothing came for ${ms} ms`)));
      this.#readChunk()
        .then(resolve, error => reject(truncated(error)))
        .finally(cancel);
    });
    // Nobody would give it back any more.
    if (this.#isClosed) return undefined;
    this.#held.add(chunk?.length ?? 0);
    this.#receivedBytes += chunk?.length ?? 0;
    return chunk;
  }

  async #readChunk(): Promise<Uint8Array | undefined> {
    const expected = this.#expectedBytes;
    if (expected !== undefined && expected <= wholeBytesMax)
      return this.#receivedBytes === 0 ? new Uint8Array(await this.#request.arrayBuffer()) : undefined;
    this.#reader ??= this.#request.body?.getReader();
    return (await this.#reader?.read())?.value;
  }

  #isWhole(): boolean {
    return this.#receivedBytes === this.#expectedBytes;
  }

  #received(piece: Piece): Received {
    const { streamRecordsMax } = this.#service.options;
    if (++this.#receivedRecords > streamRecordsMax)
      return new TooManyRecords(
        `the record on ${placeOf(piece)} is one more than the ${streamRecordsMax} of one request: it and all after it were not stored`,
      );
    if (piece.kind === "object") return piece;
    if (piece.kind === "tooLarge")
      return new BodyTooLarge(
        `the record on ${placeOf(piece)} has ${piece.sizeBytes} bytes, ${this.#service.options.requestBytesMax} are allowed`,
      );
    if (piece.kind === "truncated")
      return new BadRequest(
        `the record on ${placeOf(piece)} does not end; nothing from there on was stored${reasonOf(piece)}`,
      );
    return new EndOfRecords(
      `on ${placeOf(piece)} is ${JSON.stringify(String.fromCharCode(piece.byte))}: a record is a JSON object; nothing after it was read`,
    );
  }
}

function placeOf({ line, at }: Piece): string {
  return `line ${line} (byte ${at})`;
}

/** Most often it is one bad line that seems to go on for ever: what is wrong is near its beginning. */
function reasonOf({ bytes }: { readonly bytes: Uint8Array }): string {
  return bytes.length === 0 ? "" : `: ${jsonProblem(lenientDecoder.decode(bytes))}`;
}

/** What follows is left to the next request. */
class TooManyRecords extends BodyTooLarge {}

/** After this, records cannot be told apart. */
class EndOfRecords extends BadRequest {}

function stopped(): CumulogError {
  return new ServerStopping("the server is stopping; nothing after this was read");
}
