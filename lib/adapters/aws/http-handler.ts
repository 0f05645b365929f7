/**
 * The SDK's own HTTP handler with three bounds: calls in flight, time to a whole answer, age of an idle connection.
 *
 *   waiting (no connection free) --> sent --> head of the answer --> end of the body
 *      |  answerTimeoutMs            |  answerTimeoutMs   |  answerTimeoutMs
 *      v                             v                    v
 *   never sent                    connection ended: the outcome is unknown
 *
 * Each wait grows by a millisecond for each KiB that it moves. It never repeats anything.
 */
import { IncomingMessage } from "node:http";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { type Clock, OutcomeUnknown, StoreUnavailable } from "../../ports/index.ts";
import { Semaphore } from "../../std/index.ts";
import type { Connections } from "./connections.ts";
import { markUnsent } from "./unsent.ts";

type Handle = NodeHttpHandler["handle"];
type HttpRequest = Parameters<Handle>[0];
type Answer = Awaited<ReturnType<Handle>>;

/** 1 MiB/s: slower than that is as good as cut. */
const bytesPerMsMin = 1024;

export class BoundedHttpHandler extends NodeHttpHandler {
  readonly #clock: Clock;
  readonly #connections: Connections;
  readonly #answerTimeoutMs: number;
  readonly #places: Semaphore;

  constructor(
    deps: { readonly clock: Clock; readonly connections: Connections },
    options: { readonly answerTimeoutMs: number; readonly connectionsMax: number },
  ) {
    super({ httpAgent: deps.connections.plain, httpsAgent: deps.connections.secure });
    this.#clock = deps.clock;
    this.#connections = deps.connections;
    this.#answerTimeoutMs = options.answerTimeoutMs;
    this.#places = new Semaphore(options.connectionsMax);
  }

  override async handle(request: HttpRequest): Promise<Answer> {
    await this.#place();
    this.#connections.dropIdle();
    const call = new Call(this.#clock, () => this.#places.give(1));
    try {
      call.limit(this.#timeoutMs(request.headers["content-length"]));
      const answer = await super.handle(request, { abortSignal: call.signal });
      this.#watchBody(answer, call);
      return answer;
    } catch (error) {
      call.end();
      throw call.isOverdue ? overdue(this.#answerTimeoutMs) : error;
    }
  }

  async #place(): Promise<void> {
    if (this.#places.tryTake(1)) return;
    const { taken, abandon } = this.#places.take(1);
    const { promise, reject } = Promise.withResolvers<never>();
    const cancel = this.#clock.timer(this.#answerTimeoutMs, () => {
      if (!abandon()) return;
      const message = `no connection was free for ${this.#answerTimeoutMs} ms: ${this.#places.limit} calls are under way`;
      reject(markUnsent(new StoreUnavailable(message)));
    });
    try {
      await Promise.race([taken, promise]);
    } finally {
      cancel();
    }
  }

  /** The call holds its place until the body has been read or given up. */
  #watchBody({ response }: Answer, call: Call): void {
    const body: unknown = response.body;
    if (!(body instanceof IncomingMessage)) {
      call.end();
      return;
    }
    const { socket } = body;
    this.#connections.used(socket);
    call.limit(this.#timeoutMs(response.headers["content-length"]), () =>
      body.destroy(overdue(this.#answerTimeoutMs)),
    );
    body.once("close", () => {
      this.#connections.used(socket);
      call.end();
    });
  }

  #timeoutMs(contentLength: string | undefined): number {
    const bytes = Number(contentLength ?? 0);
    return this.#answerTimeoutMs + (Number.isFinite(bytes) ? Math.floor(bytes / bytesPerMsMin) : 0);
  }
}

function overdue(timeoutMs: number): OutcomeUnknown {
  return new OutcomeUnknown(`no whole answer within ${timeoutMs} ms`);
}

/** One call's place and time. */
class Call {
  readonly #clock: Clock;
  readonly #ended: () => void;
  readonly #abort = new AbortController();
  #cancel: () => void = () => undefined;
  #isOver = false;
  isOverdue = false;

  constructor(clock: Clock, ended: () => void) {
    this.#clock = clock;
    this.#ended = ended;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Counts anew: after `ms` the connection is ended. */
  limit(ms: number, onOverdue?: () => void): void {
    this.#cancel();
    this.#cancel = this.#clock.timer(ms, () => {
      this.isOverdue = true;
      onOverdue?.();
      this.#abort.abort();
    });
  }

  /** Frees the place, once. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancel();
    this.#ended();
  }
}
