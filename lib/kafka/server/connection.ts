/**
 * One client. Requests are answered in their order; a produce request starts while earlier produce requests are under way,
 * everything else waits for its turn. What is under way, and what a slow reader has not taken, is bounded: past it the
 * socket is not read.
 */
import type { Socket } from "node:net";
import { messageOf } from "../../std/index.ts";
import type { Address, Service } from "../deps.ts";
import { type Request, readRequest, Unanswerable } from "../dispatch.ts";
import { BadFrame, FrameReader } from "./frames.ts";
import type { HeldBytes } from "./held-bytes.ts";

/** Answers that the client has not taken: past it nothing more is read from it, bytes. */
const unsentBytesMax = 1024 * 1024;

export class Connection {
  readonly #service: Service;
  readonly #socket: Socket;
  readonly #held: HeldBytes;
  readonly #frames: FrameReader;
  readonly #gone = new AbortController();
  readonly #closed: Promise<void>;
  /** Resolves when the last request so far was answered. */
  #answered: Promise<void> = Promise.resolve();
  /** Resolves when the last request so far that runs alone was handled. */
  #turn: Promise<void> = Promise.resolve();
  /** Handled so far: produce requests since the last turn. */
  #overlapping: Promise<unknown>[] = [];
  #underWay = 0;
  #isClosing = false;
  #cancelIdle: () => void = () => undefined;

  constructor(deps: { readonly service: Service; readonly socket: Socket; readonly held: HeldBytes }) {
    this.#service = deps.service;
    this.#socket = deps.socket;
    this.#held = deps.held;
    this.#frames = new FrameReader(deps.service.options);
    this.#closed = new Promise(resolve => deps.socket.once("close", () => resolve()));
    deps.socket.setNoDelay(true);
    deps.socket.on("data", (chunk: Uint8Array) => this.#receive(chunk));
    deps.socket.on("drain", () => this.#resume());
    // What it was is said by whoever notices it; the close follows.
    deps.socket.on("error", error => this.#say("debug", "a Kafka connection broke", error));
    deps.socket.once("close", () => this.#end());
    this.#watchIdle();
  }

  /** Answers what came so far, then closes. Aborts waiting fetches: they answer with what is there. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#socket.pause();
    this.#gone.abort();
    await this.#answered;
    this.#socket.end();
    await this.#closed;
  }

  /** Ends it at once. */
  cut(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Uint8Array): void {
    if (this.#isClosing) return;
    this.#watchIdle();
    const before = this.#frames.bufferedBytes;
    try {
      const frames = this.#frames.push(chunk);
      this.#held.hold(this.#frames.bufferedBytes - before);
      for (const frame of frames) this.#start(frame);
    } catch (error) {
      if (!(error instanceof BadFrame) && !(error instanceof Unanswerable)) throw error;
      this.#refuse(error);
    }
    if (this.#isBusy) this.#pause();
  }

  /** Throws Unanswerable when the frame cannot be answered at all. */
  #start(frame: Uint8Array): void {
    const request = readRequest(frame);
    this.#held.hold(frame.length);
    this.#underWay++;
    const handled = this.#inTurn(request);
    const before = this.#answered;
    this.#answered = this.#reply(request, handled, before).finally(() => {
      this.#underWay--;
      this.#held.release(frame.length);
      this.#resume();
    });
  }

  /** Runs the request when those before it allow it. */
  #inTurn(request: Request): Promise<readonly Uint8Array[] | undefined> {
    const run = () =>
      request.answer({ service: this.#service, reachedAt: this.#reachedAt, signal: this.#gone.signal });
    if (request.mayOverlap) {
      const handled = this.#turn.then(run);
      this.#overlapping.push(handled.catch(() => undefined));
      return handled;
    }
    const handled = Promise.all([this.#turn, ...this.#overlapping]).then(run);
    this.#overlapping = [];
    this.#turn = handled.then(
      () => undefined,
      () => undefined,
    );
    return handled;
  }

  async #reply(
    request: Request,
    handled: Promise<readonly Uint8Array[] | undefined>,
    before: Promise<void>,
  ): Promise<void> {
    try {
      const [parts] = await Promise.all([handled, before]);
      if (parts !== undefined) this.#write(parts);
    } catch (error) {
      this.#refuse(error, request);
    }
  }

  #write(parts: readonly Uint8Array[]): void {
    if (this.#socket.destroyed) return;
    const bytes = parts.reduce((sum, part) => sum + part.length, 0);
    const size = Buffer.alloc(4);
    size.writeInt32BE(bytes);
    this.#held.hold(bytes);
    this.#socket.cork();
    this.#socket.write(size);
    for (const part of parts.slice(0, -1)) this.#socket.write(part);
    this.#socket.write(parts.at(-1) ?? new Uint8Array(), () => this.#held.release(bytes));
    this.#socket.uncork();
    this.#watchIdle();
  }

  get #reachedAt(): Address {
    return { host: this.#socket.localAddress ?? "", port: this.#socket.localPort ?? 0 };
  }

  get #isBusy(): boolean {
    return (
      this.#underWay >= this.#service.options.requestsPerConnectionMax ||
      this.#socket.writableLength > unsentBytesMax ||
      this.#held.isFull
    );
  }

  #pause(): void {
    this.#socket.pause();
    if (this.#held.isFull) this.#held.whenRoom(() => this.#resume());
  }

  #resume(): void {
    if (this.#isClosing || this.#socket.destroyed) return;
    if (this.#isBusy) this.#pause();
    else this.#socket.resume();
  }

  #watchIdle(): void {
    this.#cancelIdle();
    this.#cancelIdle = this.#service.clock.timer(this.#service.options.idleMs, () => {
      if (this.#underWay > 0) this.#watchIdle();
      else this.#socket.end();
    });
  }

  #refuse(error: unknown, request?: Request): void {
    const isClients = error instanceof BadFrame || error instanceof Unanswerable;
    this.#say(isClients ? "warn" : "error", "a Kafka connection was ended", error, request);
    this.#isClosing = true;
    this.#socket.destroy();
  }

  #say(level: "debug" | "warn" | "error", message: string, error: unknown, request?: Request): void {
    this.#service.telemetry.log(level, message, {
      client: this.#socket.remoteAddress,
      error: messageOf(error),
      ...(request && { api: request.api.name, clientId: request.header.clientId ?? undefined }),
    });
  }

  #end(): void {
    this.#isClosing = true;
    this.#cancelIdle();
    this.#gone.abort();
    this.#held.release(this.#frames.bufferedBytes);
  }
}
