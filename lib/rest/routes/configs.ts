/**
 * Configs of topics, of the v3 paths.
 */
import * as z from "zod";
import type { ConfigChange, ConfigDescription } from "../../engine/index.ts";
import { json, noContent } from "../answer.ts";
import { readJson } from "../body.ts";
import { BadRequest, UnknownResource } from "../errors.ts";
import { type Call, type Route, route } from "../route.ts";
import { none, resource, resourceList, topicParams } from "../schemas.ts";
import { Links } from "./links.ts";
import { namedTopic, requireCluster } from "./places.ts";

const source = z.enum(["DYNAMIC_TOPIC_CONFIG", "DEFAULT_CONFIG"]);

const configData = resource("KafkaTopicConfig", {
  cluster_id: z.string(),
  topic_name: z.string(),
  name: z.string(),
  value: z.string(),
  is_default: z.boolean(),
  is_read_only: z.boolean(),
  is_sensitive: z.boolean(),
  source,
  synonyms: z.array(z.object({ name: z.string(), value: z.string(), source })),
});

const newValue = z.strictObject({ value: z.string().nullable() }).meta({ id: "UpdateConfigRequest" });

const alterations = z
  .strictObject({
    data: z.array(
      z.strictObject({
        name: z.string(),
        value: z.string().nullish(),
        operation: z.enum(["SET", "DELETE"]).nullish(),
      }),
    ),
    validate_only: z.boolean().nullish(),
  })
  .meta({ id: "AlterConfigBatchRequest" });

const configParams = topicParams.extend({ name: z.string() });

const tag = "Configs (v3)";
const path = "/v3/clusters/{cluster_id}/topics/{topic_name}/configs";

export const configRoutes: readonly Route[] = [
  route({
    duty: "fetch",
    method: "get",
    path,
    tag,
    summary: "List the configs of a topic",
    params: topicParams,
    query: none,
    answers: {
      200: {
        description: "Every config with its value, its default and where the value comes from.",
        content: { "application/json": { schema: resourceList("KafkaTopicConfigList", configData) } },
      },
    },
    errors: ["UnknownResource", "UnknownTopic", "InvalidTopicName", "ReadFailed"],
    async handle(call) {
      const configs = await describeConfigs(call);
      const links = new Links(call, call.params.cluster_id);
      return json({
        kind: "KafkaTopicConfigList",
        metadata: links.list(`/topics/${call.params.topic_name}/configs`),
        data: configs.map(config => dataOf(config, call.params, links)),
      });
    },
  }),
  route({
    duty: "fetch",
    method: "get",
    path: `${path}/{name}`,
    tag,
    summary: "Describe a config of a topic",
    params: configParams,
    query: none,
    answers: {
      200: { description: "The config.", content: { "application/json": { schema: configData } } },
    },
    errors: ["UnknownResource", "UnknownTopic", "InvalidTopicName", "ReadFailed"],
    async handle(call) {
      const { cluster_id, topic_name, name } = call.params;
      const config = (await describeConfigs(call)).find(each => each.name === name);
      if (!config) throw new UnknownResource(`config ${JSON.stringify(name.slice(0, 80))} is not known`);
      return json(dataOf(config, { cluster_id, topic_name }, new Links(call, cluster_id)));
    },
  }),
  route({
    duty: "admin",
    method: "put",
    path: `${path}/{name}`,
    tag,
    summary: "Set a config of a topic",
    params: configParams,
    query: none,
    body: { "application/json": { schema: newValue, example: { value: "86400000" } } },
    answers: { 204: { description: "Set. A value of null goes back to the default." } },
    errors: ["UnknownResource", "UnknownTopic", "InvalidTopicName", "InvalidConfig", "TopicBusy"],
    async handle(call) {
      const { value } = await readJson(call.service, call.request, newValue);
      const { name } = call.params;
      return alter(call, [value === null ? { kind: "reset", name } : { kind: "set", name, value }]);
    },
  }),
  route({
    duty: "admin",
    method: "delete",
    path: `${path}/{name}`,
    tag,
    summary: "Reset a config of a topic",
    params: configParams,
    query: none,
    answers: { 204: { description: "Back to its default." } },
    errors: ["UnknownResource", "UnknownTopic", "InvalidTopicName", "InvalidConfig", "TopicBusy"],
    handle: call => alter(call, [{ kind: "reset", name: call.params.name }]),
  }),
  route({
    duty: "admin",
    method: "post",
    path: `${path}:alter`,
    tag,
    summary: "Change configs of a topic together",
    description: "All of the changes are made, or none.",
    params: topicParams,
    query: none,
    body: {
      "application/json": {
        schema: alterations,
        example: {
          data: [
            { name: "cleanup.policy", operation: "DELETE" },
            { name: "retention.ms", value: "86400000" },
          ],
        },
      },
    },
    answers: { 204: { description: "Changed, or with `validate_only` found to be possible." } },
    errors: ["UnknownResource", "UnknownTopic", "InvalidTopicName", "InvalidConfig", "TopicBusy"],
    async handle(call) {
      const { data, validate_only } = await readJson(call.service, call.request, alterations);
      return alter(call, data.map(changeOf), validate_only ?? false);
    },
  }),
];

type TopicCall = Call<z.infer<typeof topicParams>, unknown>;

async function describeConfigs(call: TopicCall): Promise<readonly ConfigDescription[]> {
  const { cluster_id, topic_name } = call.params;
  await requireCluster(call.service, cluster_id);
  return call.service.engine.topics.describeConfigs(namedTopic(topic_name));
}

async function alter(
  call: TopicCall,
  changes: readonly ConfigChange[],
  validateOnly = false,
): Promise<Response> {
  const { cluster_id, topic_name } = call.params;
  await requireCluster(call.service, cluster_id);
  await call.service.engine.topics.alterConfigs(namedTopic(topic_name), changes, { validateOnly });
  return noContent();
}

function changeOf(change: z.infer<typeof alterations>["data"][number]): ConfigChange {
  const { name, value, operation } = change;
  if (operation === "DELETE") return { kind: "reset", name };
  if (value === null || value === undefined)
    throw new BadRequest(`config ${name} is to be set, and has no value`);
  return { kind: "set", name, value };
}

function dataOf(
  config: ConfigDescription,
  { cluster_id, topic_name }: z.infer<typeof topicParams>,
  links: Links,
): z.infer<typeof configData> {
  const { name, value, defaultValue } = config;
  const ownValue = { name, value, source: "DYNAMIC_TOPIC_CONFIG" } as const;
  const fallback = { name, value: defaultValue, source: "DEFAULT_CONFIG" } as const;
  const isDefault = config.source === "default";
  return {
    kind: "KafkaTopicConfig",
    metadata: links.metadata(`/topics/${topic_name}/configs/${name}`, `topic=${topic_name}/config=${name}`),
    cluster_id,
    topic_name,
    name,
    value,
    is_default: isDefault,
    is_read_only: config.isReadOnly,
    is_sensitive: false,
    source: isDefault ? fallback.source : ownValue.source,
    synonyms: isDefault ? [fallback] : [ownValue, fallback],
  };
}
