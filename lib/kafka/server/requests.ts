/**
 * The requests of one connection, answered in their order. A produce request starts while earlier produce requests are under
 * way (the engine keeps their order); everything else waits until all before it was answered, and until a slow reader has
 * taken most of that.
 */
import type { Address, Service } from "../deps.ts";
import { type Request, readRequest } from "../dispatch.ts";
import type { AnswerBytes } from "./answer-bytes.ts";
import type { HeldBytes } from "./held-bytes.ts";
import { type Replies, unsentBytesMax } from "./replies.ts";

type Deps = {
  readonly service: Service;
  readonly held: HeldBytes;
  readonly answers: AnswerBytes;
  readonly replies: Replies;
  readonly reachedAt: Address;
  readonly clientHost: string;
  /** Aborted when nobody waits for answers any more. */
  readonly signal: AbortSignal;
  /** One less is under way. */
  readonly onAnswered: () => void;
  /** A request has no true answer: nothing more is sent. */
  readonly onFault: (error: unknown, request: Request) => void;
};

export class Requests {
  readonly #deps: Deps;
  /** Resolves when the last request so far was answered. */
  #answered: Promise<void> = Promise.resolve();
  /** Resolves when the last request so far that runs alone was answered. */
  #answeredAlone: Promise<void> = Promise.resolve();
  #underWay = 0;
  /** One answer is missing: those after it would be taken for it. */
  #isMute = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Not answered yet. */
  get underWay(): number {
    return this.#underWay;
  }

  /** Takes one more. Throws Unanswerable when it cannot be answered at all; then it was not taken. */
  start(frame: Uint8Array): void {
    const request = readRequest(frame);
    const { held, onAnswered } = this.#deps;
    const done = this.#measure(request, frame);
    held.hold(frame.length);
    this.#underWay++;
    const answered = this.#reply(request, this.#run(request), this.#answered).finally(() => {
      done();
      this.#underWay--;
      held.release(frame.length);
      onAnswered();
    });
    this.#answered = answered;
    if (!request.mayOverlap) this.#answeredAlone = answered;
  }

  /** Resolves when none is under way, those started meanwhile among them. */
  async allAnswered(): Promise<void> {
    while (this.#underWay > 0) await this.#answered;
  }

  /** Runs the request when those before it allow it. */
  async #run(request: Request): Promise<readonly Uint8Array[] | undefined> {
    const { replies, reachedAt, clientHost, signal } = this.#deps;
    if (request.mayOverlap) await this.#answeredAlone;
    else {
      await this.#answered;
      await replies.unsentAtMost(unsentBytesMax);
    }
    return request.answer({ service: this.#serviceNow(), reachedAt, clientHost, signal });
  }

  /** With answers as large as there is room for. */
  #serviceNow(): Service {
    const { service, answers } = this.#deps;
    const fetchBytesMax = Math.min(service.options.fetchBytesMax, answers.shareBytesMax);
    return { ...service, options: { ...service.options, fetchBytesMax } };
  }

  async #reply(
    request: Request,
    handled: Promise<readonly Uint8Array[] | undefined>,
    before: Promise<void>,
  ): Promise<void> {
    // Both, so that a failure does not overtake the answers before it.
    const [outcome] = await Promise.allSettled([handled, before]);
    if (this.#isMute) return;
    if (outcome.status === "rejected") {
      this.#isMute = true;
      this.#deps.onFault(outcome.reason, request);
    } else if (outcome.value !== undefined) {
      const bytes = this.#deps.replies.send(outcome.value);
      this.#deps.service.telemetry.count("cumulog_kafka_sent_bytes_total", bytes);
    }
  }

  /** Counts the request, and its time when the function returned is called. */
  #measure({ api }: Request, frame: Uint8Array): () => void {
    const { clock, telemetry } = this.#deps.service;
    const startedMs = clock.monotonicMs();
    const labels = { api: api.name };
    telemetry.count("cumulog_kafka_requests_total", 1, labels);
    telemetry.count("cumulog_kafka_received_bytes_total", frame.length);
    return () =>
      telemetry.observe("cumulog_kafka_request_seconds", (clock.monotonicMs() - startedMs) / 1000, labels);
  }
}
