/**
 * Newer clients name topics by id. An id is found among those met before, else by one strong listing; UNKNOWN_TOPIC_ID is
 * never said from less.
 */
import { type Topic, UnknownTopic } from "../../engine/index.ts";
import type { Service } from "../deps.ts";
import { errorCodes } from "../error-codes.ts";
import { codeOf } from "../errors.ts";
import { uuidZero } from "../wire/index.ts";

/** A topic as a request names it: by id where there is one, by name otherwise. */
export type Named = { readonly name: string; readonly topicId: string };

export type Found =
  | { readonly kind: "topic"; readonly topic: Topic }
  | { readonly kind: "failed"; readonly code: number; readonly error: unknown };

/** The topic that is meant. */
export async function findTopic(service: Service, { name, topicId }: Named): Promise<Found> {
  try {
    const { topics } = service.engine;
    if (topicId === uuidZero) return { kind: "topic", topic: await topics.resolve(name) };
    return { kind: "topic", topic: await topics.resolveId(topicId) };
  } catch (error) {
    const isUnknownId = error instanceof UnknownTopic && topicId !== uuidZero;
    return { kind: "failed", code: isUnknownId ? errorCodes.UNKNOWN_TOPIC_ID : codeOf(error), error };
  }
}
