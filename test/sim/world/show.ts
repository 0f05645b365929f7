/**
 * Answers in a few words, for traces.
 */
import type { AppendAnswer, DeleteAnswer, FetchAnswer, Topic } from "../../../lib/engine/index.ts";
import type { SeenRecord } from "../checker/index.ts";
import { type Killed, killed } from "./process.ts";

export function showAppend(answer: AppendAnswer): string {
  return answer.kind === "appended"
    ? `at ${answer.baseOffset}, ${answer.recordCount} records`
    : `${answer.error.name}: ${answer.error.message}`;
}

export function showDelete(answer: DeleteAnswer): string {
  return answer.kind === "deleted"
    ? `starts at ${answer.logStartOffset}`
    : `${answer.error.name}: ${answer.error.message}`;
}

export function showFetch(
  answer: Extract<FetchAnswer, { kind: "records" }>,
  records: readonly SeenRecord[],
): string {
  const values = records.map(record => `${record.offset}:${record.value}`).join(" ");
  return `next ${answer.nextOffset} end ${answer.highWatermark} ${values}`;
}

export function showAdmin(answer: Topic | readonly Topic[] | undefined | Killed | Error): string {
  if (answer === undefined) return "done";
  if (answer === killed) return "killed";
  if (answer instanceof Error) return `${answer.name}: ${answer.message}`;
  const topics = "length" in answer ? answer : [answer];
  return topics.map(topic => `${topic.name} ${topic.id} x${topic.partitions}`).join(", ");
}
