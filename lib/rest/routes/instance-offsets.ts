/**
 * Where consumer instances of the v2 paths stand, and what they have committed.
 */
import * as z from "zod";
import type { CommitPartition, TopicOffsets, TopicOffsetsDone } from "../../engine/index.ts";
import { jsonV2, noContent } from "../answer.ts";
import { readJson, readOptionalJson } from "../body.ts";
import { BadRequest } from "../errors.ts";
import { v2MediaType } from "../media-types.ts";
import { type Call, type Route, type RouteOf, route } from "../route.ts";
import { integerText, none, offsetNumber } from "../schemas.ts";
import {
  instanceErrors,
  instanceParams,
  instancePath,
  instanceTag,
  nameOf,
  partitionList,
  v2Body,
} from "./instances.ts";

type Params = z.infer<typeof instanceParams>;

const offset = z.strictObject({
  topic: z.string(),
  partition: z.int().min(0),
  offset: offsetNumber,
  metadata: z.string().nullish(),
});
const offsets = z.strictObject({ offsets: z.array(offset) }).meta({ id: "ConsumerOffsets" });
const places = z.strictObject({ partitions: partitionList }).meta({ id: "ConsumerSeekRequest" });
const committed = z
  .object({
    offsets: z.array(
      z.object({ topic: z.string(), partition: z.int(), offset: offsetNumber, metadata: z.string() }),
    ),
  })
  .meta({ id: "ConsumerCommittedResponse" });

const query = z.object({
  topic: z
    .string()
    .optional()
    .meta({ description: "Only of this topic; with `partition`. Nothing: of all partitions that it has." }),
  partition: integerText(0, 2 ** 31 - 1)
    .optional()
    .meta({ description: "Only of this partition of `topic`." }),
});

const seek = {
  duty: "groups",
  method: "post",
  tag: instanceTag,
  params: instanceParams,
  query: none,
  answers: { 204: { description: "The next records come from there." } },
  errors: [...instanceErrors, "InstanceConflict", "ReadFailed"],
} as const satisfies Partial<RouteOf<Params, unknown>>;
const somePlaces = { partitions: [{ topic: "orders", partition: 0 }] };

export const instanceOffsetRoutes: readonly Route[] = [
  route({
    duty: "groups",
    method: "post",
    path: `${instancePath}/offsets`,
    tag: instanceTag,
    summary: "Commit offsets of a consumer instance",
    description:
      "An `offset` is that of the last record that is done with, as Confluent has it: the one after it is committed. Without a body " +
      "all that was delivered is committed.",
    params: instanceParams,
    query: none,
    body: v2Body(offsets, { offsets: [{ topic: "orders", partition: 0, offset: 41 }] }),
    isBodyOptional: true,
    answers: {
      200: { description: "Committed.", content: { [v2MediaType]: { schema: z.array(z.never()) } } },
    },
    errors: [
      ...instanceErrors,
      "UnknownMember",
      "UnknownTopic",
      "UnknownPartition",
      "OffsetMetadataTooLarge",
      "OffsetsFull",
    ],
    handle: commit,
  }),
  route({
    duty: "groups",
    method: "get",
    path: `${instancePath}/offsets`,
    tag: instanceTag,
    summary: "List what the group of a consumer instance has committed",
    description:
      "The next offset to read, of each partition that has one. Confluent names partitions in the body of this GET; here they are " +
      "all that the instance has, or the one of the query.",
    params: instanceParams,
    query,
    answers: {
      200: { description: "The offsets.", content: { [v2MediaType]: { schema: committed } } },
    },
    errors: [...instanceErrors, "UnknownTopic"],
    handle: listCommitted,
  }),
  route({
    ...seek,
    path: `${instancePath}/positions`,
    summary: "Move a consumer instance",
    description: "To the next offset to read, in partitions that it has.",
    body: v2Body(offsets, { offsets: [{ topic: "orders", partition: 0, offset: 0 }] }),
    async handle(call) {
      const { offsets: asked } = await readJson(call.service, call.request, offsets);
      const positions = asked.map(({ topic, partition, offset: to }) => ({ topic, partition, offset: to }));
      await call.service.engine.instances.seek(nameOf(call), positions);
      return noContent();
    },
  }),
  route({
    ...seek,
    path: `${instancePath}/positions/beginning`,
    summary: "Move a consumer instance to the first records",
    body: v2Body(places, somePlaces),
    handle: call => seekToEnd(call, "earliest"),
  }),
  route({
    ...seek,
    path: `${instancePath}/positions/end`,
    summary: "Move a consumer instance behind the last records",
    body: v2Body(places, somePlaces),
    handle: call => seekToEnd(call, "latest"),
  }),
];

async function seekToEnd(call: Call<Params, unknown>, end: "earliest" | "latest"): Promise<Response> {
  const { partitions } = await readJson(call.service, call.request, places);
  await call.service.engine.instances.seekToEnd(nameOf(call), partitions, end);
  return noContent();
}

async function commit(call: Call<Params, unknown>): Promise<Response> {
  const { service, request } = call;
  const given = await readOptionalJson(service, request, offsets);
  const done = await service.engine.instances.commit(nameOf(call), given && commitsOf(given.offsets));
  requireDone(done);
  // Confluent's answer is a list of nothing.
  return jsonV2([]);
}

function commitsOf(given: readonly z.infer<typeof offset>[]): readonly TopicOffsets<CommitPartition>[] {
  return [...Map.groupBy(given, ({ topic }) => topic)].map(([topic, each]) => ({
    topic,
    partitions: each.map(({ partition, offset: last, metadata }) => ({
      partition,
      offset: last + 1,
      ...(typeof metadata === "string" && { metadata }),
    })),
  }));
}

/** Throws the first failure: the others may be committed. */
function requireDone(done: readonly TopicOffsetsDone[]): void {
  for (const { partitions } of done)
    for (const answer of partitions) if (answer.kind === "failed") throw answer.error;
}

async function listCommitted(call: Call<Params, z.infer<typeof query>>): Promise<Response> {
  const { topic, partition } = call.query;
  if ((topic === undefined) !== (partition === undefined))
    throw new BadRequest("topic and partition go together: one of them is missing");
  const asked = topic !== undefined && partition !== undefined ? [{ topic, partition }] : undefined;
  const answers = await call.service.engine.instances.committed(nameOf(call), asked);
  const all = answers.flatMap(answer => {
    if (answer.kind === "failed") throw answer.error;
    return answer.partitions.flatMap(({ partition: index, committed: at }) =>
      at ? [{ topic: answer.topic, partition: index, offset: at.offset, metadata: at.metadata }] : [],
    );
  });
  return jsonV2({ offsets: all });
}
