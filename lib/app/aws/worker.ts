/**
 * A worker of the upkeep: takes jobs from the queue, a few in one call, and gives each shard its turn; what a turn leaves goes on
 * while there is time. A job that fails, or was not begun, is handed back to the queue, which gives it out again. A job that was
 * begun is over: what it leaves, the next tick finds in the log itself. So it does no harm when a job comes twice.
 */
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { type Engine, type Tended, type Topic, UnknownTopic } from "../../engine/index.ts";
import type { Clock } from "../../ports/index.ts";
import { turnLimits, turnReserveMs } from "./bounds.ts";
import { during, type FunctionTelemetry, type Invocation } from "./invocation.ts";
import { decodeJob, failureFields, type Job } from "./jobs.ts";

export type WorkerDeps = {
  readonly engine: Pick<Engine, "checkUpkeepFormat" | "topics" | "upkeep">;
  readonly clock: Clock;
  readonly telemetry: FunctionTelemetry;
};

/** What Lambda calls with messages of the queue. Answers with those that failed. Rejects with FormatNewer, or what stores throw. */
export type WorkerHandler = (event: SQSEvent, context: unknown) => Promise<SQSBatchResponse>;

/** The handler of a worker. */
export function makeWorkerHandler(deps: WorkerDeps): WorkerHandler {
  return async ({ Records }, context) =>
    during(deps.telemetry, context, async invocation => {
      await deps.engine.checkUpkeepFormat();
      const failed = await new Batch(deps, invocation).run(Records);
      return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    });
}

/** One call of a worker. */
class Batch {
  readonly #deps: WorkerDeps;
  readonly #invocation: Invocation;

  constructor(deps: WorkerDeps, invocation: Invocation) {
    this.#deps = deps;
    this.#invocation = invocation;
  }

  /** Answers with the messages whose jobs failed, or were not begun for want of time. */
  async run(messages: readonly SQSRecord[]): Promise<readonly SQSRecord[]> {
    const failed: SQSRecord[] = [];
    let waiting: readonly SQSRecord[] = messages;
    for (let isFirst = true; waiting.length > 0; isFirst = false) {
      const unfinished: SQSRecord[] = [];
      for (const message of waiting) {
        const end = await this.#turn(message);
        if (end === "failed" || (end === "no time" && isFirst)) failed.push(message);
        if (end === "cut short") unfinished.push(message);
      }
      waiting = unfinished;
    }
    return failed;
  }

  async #turn({ body, messageId }: SQSRecord): Promise<"done" | "cut short" | "no time" | "failed"> {
    const timeMsMax = Math.min(turnLimits.timeMsMax, this.#timeLeftMs());
    if (timeMsMax <= 0) return "no time";
    try {
      const job = decodeJob(body);
      const topic = await this.#topicOf(job);
      return topic === undefined ? "done" : await this.#tend(topic, job, timeMsMax);
    } catch (error) {
      this.#deps.telemetry.count("cumulog_upkeep_failures_total");
      this.#deps.telemetry.log("error", "a job of the upkeep failed; the queue gives it out again", {
        messageId,
        job: body.slice(0, 500),
        ...failureFields(error),
      });
      return "failed";
    }
  }

  async #tend(topic: Topic, { shard }: Job, timeMsMax: number): Promise<"done" | "cut short"> {
    const { engine, clock, telemetry } = this.#deps;
    // Until this call is over: nobody works longer than that.
    const untilMs = clock.now() + this.#invocation.getRemainingTimeInMillis();
    const holder = { owner: this.#invocation.awsRequestId, untilMs };
    const tended = await engine.upkeep.tendAlone(topic, shard, { ...turnLimits, timeMsMax }, holder);
    telemetry.log("info", tended === "taken" ? "another worker is at this shard" : "a shard had its turn", {
      topic: topic.name,
      shard,
      ...(tended !== "taken" && figuresOf(tended)),
    });
    return tended !== "taken" && tended.isCutShort ? "cut short" : "done";
  }

  /** As of now; undefined when it is gone, and another may have its name. */
  async #topicOf({ topic: { name, id } }: Job): Promise<Topic | undefined> {
    try {
      const topic = await this.#deps.engine.topics.describe(name);
      return topic.id === id ? topic : undefined;
    } catch (error) {
      if (error instanceof UnknownTopic) return undefined;
      throw error;
    }
  }

  #timeLeftMs(): number {
    return this.#invocation.getRemainingTimeInMillis() - turnReserveMs;
  }
}

/** What was done; what was not is left out. */
function figuresOf(tended: Tended): Readonly<Record<string, number | boolean>> {
  return Object.fromEntries(Object.entries(tended).filter(([, value]) => value !== 0 && value !== false));
}
