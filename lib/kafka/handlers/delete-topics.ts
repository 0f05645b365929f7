/** DeleteTopics, by name or by id. Every topic asked for has an answer of its own. */
import { messageOf } from "../../std/index.ts";
import type { messages } from "../apis/index.ts";
import type { Call } from "../deps.ts";
import { errorCodes } from "../error-codes.ts";
import { codeOf } from "../errors.ts";
import { type MessageDraft, uuidZero } from "../wire/index.ts";
import type { Handler } from "./handler.ts";
import { findTopic } from "./topics-by-id.ts";

type Api = typeof messages.deleteTopics;
type Asked = { readonly name: string | null; readonly topicId: string };
type Answer = NonNullable<MessageDraft<Api["response"]>["responses"]>[number];

export const deleteTopics: Handler<Api["request"], Api["response"]> = async (call, request) => {
  const asked: readonly Asked[] =
    call.version >= 6 ? request.topics : request.topicNames.map(name => ({ name, topicId: uuidZero }));
  return { responses: await Promise.all(asked.map(each => remove(call, each))) };
};

async function remove(call: Call, { name, topicId }: Asked): Promise<Answer> {
  const found = await findTopic(call.service, { name: name ?? "", topicId });
  if (found.kind === "failed")
    return { name, topicId, errorCode: found.code, errorMessage: messageOf(found.error) };
  const { topic } = found;
  try {
    await call.service.engine.topics.delete(topic.name);
    return { name: topic.name, topicId: topic.id, errorCode: errorCodes.NONE };
  } catch (error) {
    return { name: topic.name, topicId: topic.id, errorCode: codeOf(error), errorMessage: messageOf(error) };
  }
}
