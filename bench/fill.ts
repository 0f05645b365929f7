/**
 * Puts records into a topic before they are fetched.
 */
import type { Engine } from "../lib/engine/index.ts";
import { someBatch, type Workload } from "./workload.ts";

/** So many are under way at once: about one segment. */
const batchesAtOnce = 64;

/** Creates the topic and appends about `bytes` to it, evenly over its partitions. Answers with what one batch holds. */
export async function fill(
  engine: Engine,
  topic: string,
  workload: Workload,
  bytes: number,
): Promise<{ readonly bytes: Uint8Array; readonly records: number }> {
  await engine.topics.create({ name: topic, partitions: workload.partitions });
  const batch = someBatch(workload.valueBytes);
  for (let done = 0; done * batch.bytes.length < bytes; done += batchesAtOnce) {
    const requests = Array.from({ length: batchesAtOnce }, (_, i) => {
      return { topic, partition: (done + i) % workload.partitions, batches: batch.bytes };
    });
    for (const answer of await engine.append(requests)) if (answer.kind === "failed") throw answer.error;
  }
  await engine.settle();
  return batch;
}
