/** DescribeConfigs: every config of a topic with its default and source, and what of a broker's steers this server. */
import type { ConfigDescription } from "../../engine/index.ts";
import { messageOf } from "../../std/index.ts";
import type { messages } from "../apis/index.ts";
import type { Call, Service } from "../deps.ts";
import { errorCodes } from "../error-codes.ts";
import { codeOf } from "../errors.ts";
import type { MessageDraft, MessageValues } from "../wire/index.ts";
import { configSources, configTypes, topicConfigAnswer } from "./config-answer.ts";
import type { Handler } from "./handler.ts";
import { resourceTypes } from "./resource-types.ts";

type Api = typeof messages.describeConfigs;
type Request = MessageValues<Api["request"]>;
type Resource = Request["resources"][number];
type Answer = NonNullable<MessageDraft<Api["response"]>["results"]>[number];
type ConfigAnswer = NonNullable<Answer["configs"]>[number];

export const describeConfigs: Handler<Api["request"], Api["response"]> = async (call, request) => ({
  results: await Promise.all(request.resources.map(resource => describe(call, resource, request))),
});

async function describe(call: Call, resource: Resource, request: Request): Promise<Answer> {
  const { resourceType, resourceName, configurationKeys } = resource;
  const keys = configurationKeys && new Set(configurationKeys);
  try {
    const configs = await configsOf(call, resource, request);
    if (!configs) return refusal(resource, errorCodes.INVALID_REQUEST, `resource type ${resourceType}`);
    return {
      errorCode: errorCodes.NONE,
      errorMessage: null,
      resourceType,
      resourceName,
      configs: configs.filter(({ name }) => !keys || keys.has(name ?? "")),
    };
  } catch (error) {
    return refusal(resource, codeOf(error), messageOf(error));
  }
}

async function configsOf(
  { service }: Call,
  { resourceType, resourceName }: Resource,
  request: Request,
): Promise<readonly ConfigAnswer[] | undefined> {
  if (resourceType === resourceTypes.topic) {
    const configs = await service.engine.topics.describeConfigs(resourceName);
    return configs.map(config => topicConfig(config, request));
  }
  return resourceType === resourceTypes.broker ? brokerConfigs(service) : undefined;
}

function topicConfig(config: ConfigDescription, request: Request): ConfigAnswer {
  const { name, value, defaultValue, source, type, documentation } = config;
  const own = { name, value, source: configSources.topic };
  const fallback = { name, value: defaultValue, source: configSources.default };
  return {
    ...topicConfigAnswer(config),
    configType: configTypes[type],
    documentation: request.includeDocumentation ? documentation : null,
    synonyms: request.includeSynonyms ? [...(source === "topic" ? [own] : []), fallback] : [],
  };
}

/** What tools and client libraries look at; the rest of a broker's configs steers files that are not here. */
function brokerConfigs({ options, engine }: Service): readonly ConfigAnswer[] {
  const config = (name: string, value: string, type: ConfigDescription["type"]): ConfigAnswer => ({
    name,
    value,
    readOnly: true,
    configSource: configSources.staticBroker,
    isSensitive: false,
    configType: configTypes[type],
    documentation: null,
    synonyms: [],
  });
  return [
    config("auto.create.topics.enable", String(options.autoCreateTopics), "boolean"),
    config("connections.max.idle.ms", String(options.idleMs), "long"),
    config("default.replication.factor", "1", "int"),
    config("delete.topic.enable", "true", "boolean"),
    config("log.cleanup.policy", "delete", "list"),
    config("message.max.bytes", "1048588", "int"),
    config("min.insync.replicas", "1", "int"),
    config("num.partitions", String(engine.options.partitionsDefault), "int"),
    config("socket.request.max.bytes", String(options.frameBytesMax), "int"),
  ];
}

function refusal({ resourceType, resourceName }: Resource, errorCode: number, errorMessage: string): Answer {
  return { errorCode, errorMessage, resourceType, resourceName, configs: [] };
}
