/**
 * The entrance of an append: resolve the topic, check the batches, hand them to the batcher, and answer each request on
 * its own. Requests for one topic keep their order. What stands at the entrance is bounded in bytes: past it a caller
 * is refused at once.
 */
import { AssertionFailed, CumulogError, messageOf, present, Serial } from "../../std/index.ts";
import { AppendFailed, EngineClosed, Overloaded, TopicFenced } from "../errors.ts";
import type { DeadlineMs } from "../retry.ts";
import type { TopicResolver } from "../topics/index.ts";
import type { AppendAnswer, AppendRequest, EngineDeps, EngineOptions } from "../types.ts";
import type { Batcher } from "./batcher.ts";
import { prepare } from "./prepare.ts";
import { heldBytes, type Pending } from "./types.ts";

export class Appender {
  readonly #deps: EngineDeps;
  readonly #options: EngineOptions;
  readonly #resolver: TopicResolver;
  readonly #batcher: Batcher;
  readonly #admission = new Serial<string>();
  #isClosed = false;
  #admitting = 0;
  #admittingBytes = 0;
  #onAdmitted: (() => void) | undefined;

  constructor(deps: EngineDeps, options: EngineOptions, resolver: TopicResolver, batcher: Batcher) {
    this.#deps = deps;
    this.#options = options;
    this.#resolver = resolver;
    this.#batcher = batcher;
  }

  /** One answer per request, in their order. Never throws for what is wrong with a request. */
  async append(requests: readonly AppendRequest[]): Promise<readonly AppendAnswer[]> {
    const deadlineMs = this.#deps.clock.monotonicMs() + this.#options.appendDeadlineMs;
    const answers: Promise<AppendAnswer>[] = [];
    // What one caller sends for one topic travels together: a call of its own is a flush of its own.
    const numbered = requests.map((request, index) => ({ request, index }));
    for (const [topic, ofTopic] of Map.groupBy(numbered, ({ request }) => request.topic)) {
      const appending = this.#appendAll(
        topic,
        ofTopic.map(({ request }) => request),
        deadlineMs,
      );
      for (const [i, { index }] of ofTopic.entries())
        answers[index] = appending.then(list => present(list[i], "an answer"));
    }
    return Promise.all(answers);
  }

  /** Takes nothing more, and resolves when everything taken is answered. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#admitting > 0)
      await new Promise<void>(resolve => {
        this.#onAdmitted = resolve;
      });
    await this.#batcher.close();
  }

  async #appendAll(
    topic: string,
    requests: readonly AppendRequest[],
    deadlineMs: DeadlineMs,
  ): Promise<readonly AppendAnswer[]> {
    const bytes = requests.reduce((sum, request) => sum + heldBytes(request.batches), 0);
    const refusal = this.#refusal(bytes);
    if (refusal) return requests.map(() => ({ kind: "failed", error: refusal }));
    this.#admitting++;
    this.#admittingBytes += bytes;
    // In order of arrival per topic: requests that have to wait for their topic are not overtaken.
    const admitted = await this.#admission
      .run(topic, () => this.#admit(requests, deadlineMs))
      .finally(() => {
        this.#admitting--;
        this.#admittingBytes -= bytes;
        if (this.#admitting === 0) this.#onAdmitted?.();
      });
    return Promise.all(
      admitted.map(one => (one instanceof CumulogError ? failed(one) : this.#answerOf(one))),
    );
  }

  /** Why nothing of this size may stand at the entrance now. */
  #refusal(bytes: number): CumulogError | undefined {
    if (this.#isClosed) return new EngineClosed("the log is closing: nothing more is taken");
    const { appendBufferBytes } = this.#options;
    if (this.#admittingBytes === 0 || this.#admittingBytes + bytes <= appendBufferBytes) return undefined;
    return new Overloaded(
      `${this.#admittingBytes} bytes wait to be appended; ${bytes} more do not fit ${appendBufferBytes}`,
    );
  }

  /** Checks each request on its own, then hands all that are good to the batcher together. */
  async #admit(
    requests: readonly AppendRequest[],
    deadlineMs: DeadlineMs,
  ): Promise<readonly (Pending | CumulogError)[]> {
    // In line behind others that waited for a failing store: the time may be over before the turn came.
    if (this.#deps.clock.monotonicMs() > deadlineMs)
      return requests.map(() => new AppendFailed("the deadline passed before the topic could be looked up"));
    const prepared: readonly (Pending | CumulogError)[] = await Promise.all(
      requests.map(request => this.#prepare(request, deadlineMs).catch(asKnown)),
    );
    const good = prepared.filter((one): one is Pending => !(one instanceof CumulogError));
    try {
      if (good.length > 0) await this.#batcher.add(good, deadlineMs);
      return prepared;
    } catch (error) {
      const known = asKnown(error);
      return prepared.map(one => (one instanceof CumulogError ? one : known));
    }
  }

  async #prepare(request: AppendRequest, deadlineMs: DeadlineMs): Promise<Pending> {
    const resolved = this.#resolver.warm(request.topic) ?? (await this.#resolver.resolve(request.topic));
    const { topic, partition } = await this.#resolver.partition(resolved, request.partition);
    if (request.topicId !== undefined && request.topicId !== topic.id)
      throw new TopicFenced(`topic ${topic.name} has the id ${topic.id}, not ${request.topicId}`);
    return prepare(this.#deps, topic, partition, request.batches, deadlineMs);
  }

  async #answerOf(pending: Pending): Promise<AppendAnswer> {
    const answer = await pending.answer.promise;
    const sinceMs = pending.deadlineMs - this.#options.appendDeadlineMs;
    this.#deps.telemetry.observe("cumulog_append_seconds", (this.#deps.clock.monotonicMs() - sinceMs) / 1000);
    return answer;
  }
}

function failed(error: CumulogError): AppendAnswer {
  return { kind: "failed", error };
}

function asKnown(error: unknown): CumulogError {
  return error instanceof CumulogError
    ? error
    : new AssertionFailed(`an append failed in a way without a name: ${messageOf(error)}`);
}
