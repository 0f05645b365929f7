/**
 * CreateTopics. Any replication factor is accepted, since the stores replicate: 1 is answered. A manual assignment says how
 * many partitions there are, and nothing else.
 */
import type { Topic } from "../../engine/index.ts";
import { CumulogError, messageOf } from "../../std/index.ts";
import type { messages } from "../apis/index.ts";
import type { Call } from "../deps.ts";
import { type ErrorCodeName, errorCodes } from "../error-codes.ts";
import { codeOf } from "../errors.ts";
import type { MessageDraft, MessageValues } from "../wire/index.ts";
import { topicConfigAnswer } from "./config-answer.ts";
import type { Handler } from "./handler.ts";

type Api = typeof messages.createTopics;
type Asked = MessageValues<Api["request"]>["topics"][number];
type Answer = NonNullable<MessageDraft<Api["response"]>["topics"]>[number];

/** What a request asks for that contradicts itself. */
class Contradiction extends CumulogError {
  override readonly name = "Contradiction";
  readonly kind = "caller";
  readonly code: ErrorCodeName;

  constructor(code: ErrorCodeName, message: string) {
    super(message);
    this.code = code;
  }
}

export const createTopics: Handler<Api["request"], Api["response"]> = async (call, request) => {
  const names = request.topics.map(({ name }) => name);
  const topics = await Promise.all(
    request.topics.map(asked =>
      names.indexOf(asked.name) === names.lastIndexOf(asked.name)
        ? create(call, asked, request.validateOnly)
        : refusal(asked.name, errorCodes.INVALID_REQUEST, `topic ${asked.name} is named twice`),
    ),
  );
  // One answer per name: clients look them up by it.
  return { topics: topics.filter(({ name }, i) => names.indexOf(name ?? "") === i) };
};

async function create(call: Call, asked: Asked, validateOnly: boolean): Promise<Answer> {
  const { topics } = call.service.engine;
  try {
    const partitions = partitionsOf(asked);
    const topic = await topics.create({
      name: asked.name,
      ...(partitions !== undefined && { partitions }),
      configs: Object.fromEntries(
        asked.configs.flatMap(({ name, value }) => (value === null ? [] : [[name, value]])),
      ),
      validateOnly,
    });
    return await created(call, topic, validateOnly);
  } catch (error) {
    const code = error instanceof Contradiction ? errorCodes[error.code] : codeOf(error);
    return refusal(asked.name, code, messageOf(error));
  }
}

/** Undefined: as many as the default says. */
function partitionsOf({ name, numPartitions, assignments, replicationFactor }: Asked): number | undefined {
  if (assignments.length > 0) {
    if (numPartitions !== -1 || replicationFactor !== -1)
      throw new Contradiction("INVALID_REQUEST", `topic ${name}: an assignment and numbers beside it`);
    const indexes = new Set(assignments.map(({ partitionIndex }) => partitionIndex));
    if (assignments.some((_, i) => !indexes.has(i)))
      throw new Contradiction(
        "INVALID_REPLICA_ASSIGNMENT",
        `topic ${name}: partitions are 0 to ${assignments.length - 1}`,
      );
    return assignments.length;
  }
  if (replicationFactor === 0 || replicationFactor < -1)
    throw new Contradiction(
      "INVALID_REPLICATION_FACTOR",
      `topic ${name}: replication factor ${replicationFactor}`,
    );
  return numPartitions === -1 ? undefined : numPartitions;
}

async function created(call: Call, topic: Topic, validateOnly: boolean): Promise<Answer> {
  const configs = validateOnly ? [] : await call.service.engine.topics.describeConfigs(topic.name);
  return {
    name: topic.name,
    topicId: topic.id,
    errorCode: errorCodes.NONE,
    errorMessage: null,
    numPartitions: topic.partitions,
    replicationFactor: 1,
    configs: configs.map(topicConfigAnswer),
  };
}

function refusal(name: string, errorCode: number, errorMessage: string): Answer {
  return { name, errorCode, errorMessage };
}
