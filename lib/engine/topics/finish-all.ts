/**
 * Upkeep of all topics: finds those that a creator, a grower or a deleter left half-made, and finishes them, before
 * somebody has to wait for one. It may run any number of times, at once or one after another: finishing is idempotent.
 */
import { CumulogError } from "../../std/index.ts";
import { UnknownTopic } from "../errors.ts";
import type { DeadlineMs } from "../retry.ts";
import type { TopicResolver } from "./resolve.ts";
import type { TopicStore } from "./store.ts";
import type { FinishReport } from "./types.ts";

/** As Topics.finishAll says. */
export async function finishAll(
  resolver: TopicResolver,
  store: TopicStore,
  mayGoOn: () => boolean,
  deadlineMs: DeadlineMs,
): Promise<FinishReport> {
  let [topics, partitions, finished, left] = [0, 0, 0, 0];
  const failures: { topic: string; error: CumulogError }[] = [];
  for (const item of await store.list(deadlineMs)) {
    if (item.state === "active") {
      topics++;
      partitions += item.partitions;
    } else if (!mayGoOn()) left++;
    else
      try {
        const { topic } = await resolver.readStrongly(item.name);
        topics++;
        partitions += topic.partitions;
        finished++;
      } catch (error) {
        if (!(error instanceof CumulogError)) throw error;
        if (error instanceof UnknownTopic) finished++;
        else failures.push({ topic: item.name, error });
      }
  }
  return { topics, partitions, finished, left, failures };
}
