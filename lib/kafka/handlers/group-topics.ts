/** Topics in requests about a group's offsets: by name, or, in newer versions, by id. */
import type { Service } from "../deps.ts";
import { uuidZero } from "../wire/index.ts";
import { findTopic, type Named } from "./topics-by-id.ts";

/** What the engine is asked for; or a topic that is not there, with the code that says so. */
export type AskedTopic<Asked extends Named> =
  | { readonly kind: "topic"; readonly topic: string; readonly asked: Asked }
  | { readonly kind: "failed"; readonly code: number; readonly asked: Asked };

/** Each topic by its name. What is named by its name is left to the engine: it may be answered about though it is gone. */
export function topicsByName<Asked extends Named>(
  service: Service,
  topics: readonly Asked[],
): Promise<readonly AskedTopic<Asked>[]> {
  return Promise.all(
    topics.map(async (asked): Promise<AskedTopic<Asked>> => {
      if (asked.topicId === uuidZero) return { kind: "topic", topic: asked.name, asked };
      const found = await findTopic(service, asked);
      return found.kind === "failed"
        ? { kind: "failed", code: found.code, asked }
        : { kind: "topic", topic: found.topic.name, asked };
    }),
  );
}
