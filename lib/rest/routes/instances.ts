/**
 * Consumer instances of the v2 paths: made and deleted, and what they read.
 */
import * as z from "zod";
import { jsonV2, noContent } from "../answer.ts";
import { readJson, readOptionalJson } from "../body.ts";
import { BadRequest } from "../errors.ts";
import { newInstance, settingsOf } from "../groups/index.ts";
import { v2BodyMediaTypes, v2MediaType } from "../media-types.ts";
import { type BodyContent, type Call, type Route, route } from "../route.ts";
import { none } from "../schemas.ts";

/** Parameters of the paths of one instance. */
export const instanceParams = z.object({ group: z.string(), instance: z.string() });
/** The path of one instance. */
export const instancePath = "/consumers/{group}/instances/{instance}";
/** What the document calls all of them. */
export const instanceTag = "Consumers (v2)";

/** What may go wrong with any call of an instance. */
export const instanceErrors = [
  "UnknownInstance",
  "InstanceBusy",
  "InvalidGroupId",
  "UpgradeRefused",
  "GroupFull",
  "GroupUnavailable",
] as const;

/** Partitions by name. */
export const partitionList = z.array(z.strictObject({ topic: z.string(), partition: z.int().min(0) }));

const partitions = z.strictObject({ partitions: partitionList }).meta({ id: "ConsumerPartitions" });
const made = z
  .object({ instance_id: z.string(), base_uri: z.string() })
  .meta({ id: "CreateConsumerInstanceResponse" });
const subscription = z
  .strictObject({ topics: z.array(z.string()).nullish(), topic_pattern: z.string().nullish() })
  .meta({ id: "ConsumerSubscription" });
const subscribed = z
  .object({
    topics: z.array(z.string()),
    topic_pattern: z.string().optional().meta({ description: "Where it is subscribed to a pattern." }),
  })
  .meta({ id: "ConsumerSubscriptionResponse" });

/** A body under each of the names that clients of the v2 paths use. */
export function v2Body(schema: z.ZodType, example: unknown): Readonly<Record<string, BodyContent>> {
  return Object.fromEntries(v2BodyMediaTypes.map(mediaType => [mediaType, { schema, example }]));
}

/** Instances, and what they read. */
export const instanceRoutes: readonly Route[] = [
  route({
    duty: "groups",
    method: "post",
    path: "/consumers/{group}",
    tag: instanceTag,
    summary: "Make a consumer instance",
    description:
      "It lies in the store and not in a process: each of its calls may go to another server. It is given up when it is not called " +
      "for five minutes.",
    params: z.object({ group: z.string() }),
    query: none,
    body: v2Body(newInstance, { name: "reader-1", format: "json", "auto.offset.reset": "earliest" }),
    isBodyOptional: true,
    answers: {
      200: { description: "Its name and its address.", content: { [v2MediaType]: { schema: made } } },
    },
    errors: ["InstanceExists", "InvalidConsumerConfig", "InvalidGroupId", "GroupUnavailable"],
    handle: create,
  }),
  route({
    duty: "groups",
    method: "delete",
    path: instancePath,
    tag: instanceTag,
    summary: "Delete a consumer instance",
    description: "It commits what is due and leaves its group; others take over its partitions at once.",
    params: instanceParams,
    query: none,
    answers: { 204: { description: "Deleted." } },
    errors: instanceErrors,
    async handle(call) {
      await call.service.engine.instances.delete(nameOf(call));
      return noContent();
    },
  }),
  route({
    duty: "groups",
    method: "post",
    path: `${instancePath}/subscription`,
    tag: instanceTag,
    summary: "Subscribe a consumer instance",
    description:
      "To topics by name, or to all whose whole names match a pattern of RE2's syntax. It joins its group when it is next asked for something.",
    params: instanceParams,
    query: none,
    body: v2Body(subscription, { topics: ["orders"] }),
    answers: { 204: { description: "Subscribed, instead of to what it was before." } },
    errors: [...instanceErrors, "InstanceConflict", "InvalidRegularExpression"],
    handle: subscribe,
  }),
  route({
    duty: "groups",
    method: "get",
    path: `${instancePath}/subscription`,
    tag: instanceTag,
    summary: "Describe the subscription of a consumer instance",
    params: instanceParams,
    query: none,
    answers: {
      200: {
        description: "The topics; none when it is not subscribed.",
        content: { [v2MediaType]: { schema: subscribed } },
      },
    },
    errors: instanceErrors,
    async handle(call) {
      const { names, regex } = await call.service.engine.instances.subscription(nameOf(call));
      return jsonV2({ topics: names, ...(regex !== undefined && { topic_pattern: regex }) });
    },
  }),
  route({
    duty: "groups",
    method: "delete",
    path: `${instancePath}/subscription`,
    tag: instanceTag,
    summary: "Unsubscribe a consumer instance",
    description: "It commits what is due and leaves its group.",
    params: instanceParams,
    query: none,
    answers: { 204: { description: "It reads nothing now." } },
    errors: instanceErrors,
    async handle(call) {
      await call.service.engine.instances.unsubscribe(nameOf(call));
      return noContent();
    },
  }),
  route({
    duty: "groups",
    method: "post",
    path: `${instancePath}/assignments`,
    tag: instanceTag,
    summary: "Assign partitions to a consumer instance",
    description:
      "It reads these, instead of what it was assigned before, and is no member of its group: it may commit while the group has no members.",
    params: instanceParams,
    query: none,
    body: v2Body(partitions, { partitions: [{ topic: "orders", partition: 0 }] }),
    answers: { 204: { description: "Assigned." } },
    errors: [...instanceErrors, "InstanceConflict", "UnknownTopic", "UnknownPartition"],
    async handle(call) {
      const { partitions: asked } = await readJson(call.service, call.request, partitions);
      await call.service.engine.instances.assign(nameOf(call), asked);
      return noContent();
    },
  }),
  route({
    duty: "groups",
    method: "get",
    path: `${instancePath}/assignments`,
    tag: instanceTag,
    summary: "List the partitions of a consumer instance",
    params: instanceParams,
    query: none,
    answers: {
      200: {
        description: "What it has at present. One that is subscribed joins its group for it.",
        content: { [v2MediaType]: { schema: partitions } },
      },
    },
    errors: instanceErrors,
    async handle(call) {
      const assignment = await call.service.engine.instances.assignment(nameOf(call));
      const all = assignment.flatMap(({ topic, partitions: each }) =>
        each.map(partition => ({ topic, partition })),
      );
      return jsonV2({ partitions: all });
    },
  }),
];

/** The instance that a path names. */
export function nameOf({ params }: Call<z.infer<typeof instanceParams>, unknown>) {
  return { group: params.group, name: params.instance };
}

async function create(call: Call<{ readonly group: string }, unknown>): Promise<Response> {
  const { service, request, params } = call;
  const given = (await readOptionalJson(service, request, newInstance)) ?? {};
  const settings = settingsOf(given);
  const name = given.name ?? `rest-consumer-${Buffer.from(service.random.bytes(12)).toString("hex")}`;
  checkName(name);
  await service.engine.instances.create({ group: params.group, name }, settings);
  const { origin } = new URL(request.url);
  const path = `/consumers/${encodeURIComponent(params.group)}/instances/${encodeURIComponent(name)}`;
  return jsonV2({ instance_id: name, base_uri: origin + path });
}

async function subscribe(call: Call<z.infer<typeof instanceParams>, unknown>): Promise<Response> {
  const { service, request } = call;
  const { topics, topic_pattern } = await readJson(service, request, subscription);
  const isPattern = typeof topic_pattern === "string";
  if (isPattern === (topics !== undefined && topics !== null))
    throw new BadRequest("either topics or topic_pattern is wanted");
  await service.engine.instances.subscribe(nameOf(call), {
    names: topics ?? [],
    ...(isPattern && { regex: topic_pattern }),
  });
  return noContent();
}

/** It is part of a key and of a path. */
function checkName(name: string): void {
  const bytes = Buffer.byteLength(name);
  if (bytes < 1 || bytes > 249 || !name.isWellFormed())
    throw new BadRequest(`name has ${bytes} bytes: 1 to 249 of text are wanted`);
}
