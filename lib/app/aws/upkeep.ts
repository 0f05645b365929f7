/**
 * The tick: what has to be done when nobody asks. Topics left half-made are finished, a new log gets its format level
 * and its cluster id, groups that nobody uses go, and what there is is counted. It may be called any number of times, at once or one after another.
 * What it has no time for, the next one does; what fails is an error, so that whoever calls hears of it.
 */
import type { Engine, ExpiryReport } from "../../engine/index.ts";
import { CumulogError } from "../../std/index.ts";
import { upkeepReserveMs } from "./bounds.ts";
import { type FunctionTelemetry, holdOpen, type Invocation, invocationOf } from "./invocation.ts";

/** Something of the upkeep failed; the rest is done. The next tick tries again. */
export class UpkeepIncomplete extends CumulogError {
  override readonly name = "UpkeepIncomplete";
  readonly kind = "busy";
}

/** What a tick found and did. */
export type UpkeepReport = {
  readonly clusterId: string;
  /** Topics that can be used, and their partitions. */
  readonly topics: number;
  readonly partitions: number;
  /** Half-made when they were met, and now whole or gone. */
  readonly finished: number;
  /** Half-made still, left to the next tick for want of time. */
  readonly left: number;
  readonly groups: ExpiryReport;
};

export type UpkeepDeps = { readonly engine: Engine; readonly telemetry: FunctionTelemetry };

/** What Lambda calls. Rejects with FormatNewer, UpkeepIncomplete, or what the stores throw. */
export type UpkeepHandler = (event: unknown, context: unknown) => Promise<UpkeepReport>;

/** The handler of the tick, over an engine that may change topics. */
export function makeUpkeepHandler(deps: UpkeepDeps): UpkeepHandler {
  return async (_event, context) => {
    const invocation = invocationOf(context);
    deps.telemetry.begin(invocation.awsRequestId);
    const release = holdOpen();
    try {
      return await upkeep(deps, invocation);
    } finally {
      deps.telemetry.flush();
      release();
    }
  };
}

async function upkeep({ engine, telemetry }: UpkeepDeps, invocation: Invocation): Promise<UpkeepReport> {
  await engine.checkFormat();
  const clusterId = await engine.clusterId();
  const isTimeLeft = (): boolean => invocation.getRemainingTimeInMillis() > upkeepReserveMs;
  const { topics, partitions, finished, left, failures } = await engine.topics.finishAll(isTimeLeft);
  telemetry.gauge("cumulog_topics", topics);
  telemetry.gauge("cumulog_partitions", partitions);
  for (const { topic, error } of failures)
    telemetry.log("error", `topic ${topic} could not be finished`, {
      error: error.name,
      message: error.message,
    });
  if (failures.length > 0)
    throw new UpkeepIncomplete(
      `${failures.length} topics could not be finished: ${failures
        .map(({ topic }) => topic)
        .join(", ")
        .slice(0, 500)}`,
    );
  const groups = await engine.groups.expire(isTimeLeft);
  telemetry.gauge("cumulog_groups", groups.groups);
  return { clusterId, topics, partitions, finished, left, groups };
}
