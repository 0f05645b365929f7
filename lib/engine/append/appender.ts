/**
 * The entrance of an append: resolve the topic, check the batches, hand them to the batcher, and answer each request on
 * its own. Requests for one topic keep their order. What stands at the entrance is bounded in bytes: past it a caller
 * is refused at once.
 */
import { AssertionFailed, CumulogError, messageOf, Serial } from "../../std/index.ts";
import { EngineClosed, Overloaded, TopicFenced } from "../errors.ts";
import type { DeadlineMs } from "../retry.ts";
import type { TopicResolver } from "../topics/index.ts";
import type { AppendAnswer, AppendRequest, EngineDeps, EngineOptions } from "../types.ts";
import type { Batcher } from "./batcher.ts";
import { prepare } from "./prepare.ts";
import type { Pending } from "./types.ts";

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
  append(requests: readonly AppendRequest[]): Promise<readonly AppendAnswer[]> {
    const deadlineMs = this.#deps.clock.monotonicMs() + this.#options.appendDeadlineMs;
    return Promise.all(requests.map(request => this.#appendOne(request, deadlineMs)));
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

  async #appendOne(request: AppendRequest, deadlineMs: DeadlineMs): Promise<AppendAnswer> {
    if (this.#isClosed)
      return { kind: "failed", error: new EngineClosed("the log is closing: nothing more is taken") };
    const bytes = request.batches.length;
    const { appendBufferBytes } = this.#options;
    if (this.#admittingBytes > 0 && this.#admittingBytes + bytes > appendBufferBytes)
      return {
        kind: "failed",
        error: new Overloaded(
          `${this.#admittingBytes} bytes wait to be appended; ${bytes} more do not fit ${appendBufferBytes}`,
        ),
      };
    this.#admitting++;
    this.#admittingBytes += bytes;
    try {
      // In order of arrival per topic: a request that has to wait for its topic is not overtaken.
      const pending = await this.#admission.run(request.topic, () => this.#admit(request, deadlineMs));
      const answer = await pending.answer.promise;
      const sinceMs = deadlineMs - this.#options.appendDeadlineMs;
      this.#deps.telemetry.observe(
        "cumulog_append_seconds",
        (this.#deps.clock.monotonicMs() - sinceMs) / 1000,
      );
      return answer;
    } catch (error) {
      return { kind: "failed", error: asKnown(error) };
    }
  }

  async #admit(request: AppendRequest, deadlineMs: DeadlineMs): Promise<Pending> {
    try {
      const resolved = this.#resolver.warm(request.topic) ?? (await this.#resolver.resolve(request.topic));
      const { topic, partition } = await this.#resolver.partition(resolved, request.partition);
      if (request.topicId !== undefined && request.topicId !== topic.id)
        throw new TopicFenced(`topic ${topic.name} has the id ${topic.id}, not ${request.topicId}`);
      const pending = await prepare(this.#deps, topic, partition, request.batches, deadlineMs);
      await this.#batcher.add([pending], deadlineMs);
      return pending;
    } finally {
      this.#admitting--;
      this.#admittingBytes -= request.batches.length;
      if (this.#admitting === 0) this.#onAdmitted?.();
    }
  }
}

function asKnown(error: unknown): CumulogError {
  return error instanceof CumulogError
    ? error
    : new AssertionFailed(`an append failed in a way without a name: ${messageOf(error)}`);
}
