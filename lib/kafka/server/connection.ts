/**
 * One client: bytes become frames, frames become requests. What is under way, what a slow reader has not taken, and what all
 * connections hold together is bounded: past a bound the socket is not read.
 *
 *   open --> ending: nothing more is taken, what came whole is answered, waits are cut short --> closed
 *
 * A connection begins to end when its client ends it, sends what is no request, or is silent for long; when the server drains;
 * and when a request met a fault of ours, which leaves no true answer.
 */
import type { Socket } from "node:net";
import { messageOf } from "../../std/index.ts";
import type { Service } from "../deps.ts";
import { type Request, Unanswerable } from "../dispatch.ts";
import type { AnswerBytes } from "./answer-bytes.ts";
import { BadFrame, FrameReader } from "./frames.ts";
import type { HeldBytes, Reader } from "./held-bytes.ts";
import { reachedAt } from "./reached-at.ts";
import { Replies, unsentBytesMax } from "./replies.ts";
import { Requests } from "./requests.ts";

/** Why a connection ended that its client would have kept. */
type EndReason = "garbage" | "fault" | "idle" | "stalled" | "drain";

/** How long a client may take to hear that its connection has ended, before it is cut off. */
const goodbyeMs = 2_000;

type Deps = {
  readonly service: Service;
  readonly socket: Socket;
  readonly held: HeldBytes;
  readonly answers: AnswerBytes;
};

export class Connection {
  readonly #service: Service;
  readonly #socket: Socket;
  readonly #held: HeldBytes;
  readonly #frames: FrameReader;
  readonly #replies: Replies;
  readonly #requests: Requests;
  readonly #reader: Reader = {
    go: () => this.#goOn(),
    cut: () => this.#cutStalled(),
    movedAtMs: () => this.#movedAtMs,
  };
  readonly #client: string | undefined;
  /** Aborted when nobody waits for answers any more. */
  readonly #gone = new AbortController();
  readonly #closed: Promise<void>;
  /** What it holds of frames, as counted among the bytes of all. */
  #arriving = 0;
  #isEnding = false;
  /** Nothing is started any more, be it whole. */
  #isRefused = false;
  #movedAtMs: number;
  #cancelTimer: () => void = () => undefined;

  constructor({ service, socket, held, answers }: Deps) {
    this.#service = service;
    this.#socket = socket;
    this.#held = held;
    this.#frames = new FrameReader(service.options);
    this.#replies = new Replies({
      socket,
      answers,
      clock: service.clock,
      onTaken: () => this.#moved(),
      onStalled: () => this.#cutStalled(),
    });
    this.#requests = new Requests({
      service,
      held,
      answers,
      replies: this.#replies,
      reachedAt: reachedAt(socket),
      clientHost: socket.remoteAddress ?? "",
      signal: this.#gone.signal,
      onAnswered: () => this.#goOn(),
      onFault: (error, request) => this.#refuse(error, request),
    });
    this.#client = socket.remoteAddress;
    this.#movedAtMs = service.clock.monotonicMs();
    this.#closed = new Promise(resolve => socket.once("close", () => resolve()));
    socket.on("data", (chunk: Uint8Array) => this.#receive(chunk));
    // Whoever ends its own side may still read: it is answered what it asked before.
    socket.once("end", () => this.#end());
    // What it was is said by whoever notices it; the close follows.
    socket.on("error", error => this.#say("debug", "a Kafka connection broke", error));
    socket.once("close", () => this.#gather());
    this.#watchIdle(service.options.idleMs);
  }

  /** Answers what came so far, then closes. Aborts waiting fetches: they answer with what is there. */
  async close(): Promise<void> {
    this.#endBecause("drain");
    await this.#closed;
  }

  /** Ends it at once. */
  cut(): void {
    this.#isRefused = true;
    this.#socket.destroy();
  }

  #receive(chunk: Uint8Array): void {
    // Read and forgotten, so that the end of the client's side is seen behind it.
    if (this.#isEnding) return;
    this.#frames.push(chunk);
    this.#moved();
  }

  #moved(): void {
    this.#movedAtMs = this.#service.clock.monotonicMs();
    this.#goOn();
  }

  /** Starts what is whole, then reads on or not. Called after every change. */
  #goOn(): void {
    this.#startWhole();
    const arrivedBefore = this.#arriving;
    this.#arriving = this.#frames.bufferedBytes;
    // After requests were counted: what moves from here to there is no room for others.
    this.#held.arrive(this.#arriving - arrivedBefore);
    if (this.#isEnding) return;
    const isWaiting = this.#held.isFull && this.#arriving > 0 && this.#requests.underWay === 0;
    if (isWaiting && this.#mayStart) this.#held.wait(this.#reader);
    else this.#held.leave(this.#reader);
    if (this.#mayRead()) this.#socket.resume();
    else this.#socket.pause();
  }

  #startWhole(): void {
    try {
      while (this.#mayStart && !this.#isRefused) {
        const frame = this.#frames.next();
        if (frame === undefined) return;
        this.#requests.start(frame);
      }
    } catch (error) {
      this.#refuse(error);
    }
  }

  #mayRead(): boolean {
    const holdsNothing = this.#arriving === 0 && this.#requests.underWay === 0;
    return this.#mayStart && (holdsNothing || this.#held.mayRead(this.#reader));
  }

  /** Whether there is room for a request, and the client has taken most of what it was answered. */
  get #mayStart(): boolean {
    const hasRoom = this.#requests.underWay < this.#service.options.requestsPerConnectionMax;
    return hasRoom && this.#replies.unsentBytes <= unsentBytesMax;
  }

  #refuse(error: unknown, request?: Request): void {
    const isClients = error instanceof BadFrame || error instanceof Unanswerable;
    this.#isRefused = true;
    const isFirst = this.#endBecause(isClients ? "garbage" : "fault");
    // A fault of ours is told, whoever else ended it before.
    if (isFirst || !isClients)
      this.#say(isClients ? "warn" : "error", "a Kafka connection was ended", error, request);
  }

  #cutStalled(): void {
    if (this.#endBecause("stalled"))
      this.#say("warn", "a Kafka connection was cut", "it held memory that others wait for and did not move");
    this.cut();
  }

  /** Whether it begins to end here, for this reason. */
  #endBecause(reason: EndReason): boolean {
    if (this.#isEnding) return false;
    this.#service.telemetry.count("cumulog_kafka_connections_ended_total", 1, { reason });
    this.#end();
    return true;
  }

  #end(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#gone.abort();
    this.#held.leave(this.#reader);
    this.#socket.resume();
    this.#finish(() => this.#sayGoodbye());
  }

  async #sayGoodbye(): Promise<void> {
    do {
      await this.#requests.allAnswered();
      await this.#replies.unsentAtMost(0);
      // What was taken has made room to start others that were here.
    } while (this.#requests.underWay > 0);
    if (this.#socket.destroyed) return;
    this.#socket.end();
    this.#cancelTimer();
    this.#cancelTimer = this.#service.clock.timer(goodbyeMs, () => this.#socket.destroy());
  }

  /** The socket is closed. What came whole is done even so: a client that wants no answers may well be gone by now. */
  #gather(): void {
    this.#end();
    this.#cancelTimer();
    this.#finish(async () => {
      await this.#requests.allAnswered();
      this.#frames.drop();
      this.#goOn();
    });
  }

  #finish(work: () => Promise<void>): void {
    work().catch(error => this.#say("error", "a Kafka connection did not end well", error));
  }

  /** One timer at a time, however much comes: it looks when something moved last. */
  #watchIdle(afterMs: number): void {
    this.#cancelTimer = this.#service.clock.timer(afterMs, () => {
      const { idleMs } = this.#service.options;
      const leftMs = this.#movedAtMs + idleMs - this.#service.clock.monotonicMs();
      if (leftMs > 0) this.#watchIdle(leftMs);
      // Requests that wait until it takes their answers would wait for ever.
      else if (this.#replies.unsentBytes > 0) this.#cutIdle();
      else if (this.#requests.underWay > 0) this.#watchIdle(idleMs);
      else this.#endBecause("idle");
    });
  }

  #cutIdle(): void {
    this.#endBecause("idle");
    this.cut();
  }

  #say(level: "debug" | "warn" | "error", message: string, error: unknown, request?: Request): void {
    this.#service.telemetry.log(level, message, {
      client: this.#client,
      error: messageOf(error),
      ...(request && { api: request.api.name, clientId: request.header.clientId ?? undefined }),
    });
  }
}
