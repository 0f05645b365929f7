/**
 * Moving the committed offsets of a consumer group: what its operator does when its members are stopped. Confluent's v3 has no
 * such path; the body is in the manner of its others.
 */
import * as z from "zod";
import type { OffsetMove, OffsetTarget } from "../../engine/index.ts";
import { json } from "../answer.ts";
import { readJson } from "../body.ts";
import { translate } from "../errors.ts";
import { type Call, type Route, route } from "../route.ts";
import { groupParams, none, offsetNumber, resource } from "../schemas.ts";
import { pathOf } from "./group-consumers.ts";
import { groupPath, groupTag } from "./groups.ts";
import { Links } from "./links.ts";
import { requireCluster } from "./places.ts";

const place = z
  .union(
    [
      z.enum(["earliest", "latest"]),
      z.strictObject({ offset: offsetNumber }),
      z.strictObject({ timestamp: z.int().min(0) }),
    ],
    { error: 'earliest, latest, {"offset": 5} or {"timestamp": ms since 1970} is wanted' },
  )
  .meta({
    description:
      "A `timestamp`: the first record at or after that time, the end where there is none. An `offset` outside the log becomes its nearest end.",
  });

const changes = z
  .strictObject({
    data: z.array(
      z.strictObject({
        topic_name: z.string(),
        partition_ids: z
          .array(z.int().min(0))
          .nullish()
          .meta({ description: "All partitions where it is left out." }),
        to: place,
      }),
    ),
    validate_only: z.boolean().nullish().meta({ description: "Say what would be done, and do nothing." }),
  })
  .meta({ id: "MoveOffsetsRequest" });

const moved = resource("CumulogConsumerGroupOffsets", {
  cluster_id: z.string(),
  consumer_group_id: z.string(),
  validate_only: z.boolean(),
  data: z.array(
    z.object({
      topic_name: z.string(),
      partition_id: z.int(),
      previous_offset: z.int().nullable(),
      offset: offsetNumber,
      error_code: z.int().nullable(),
      message: z.string().nullable(),
    }),
  ),
});

type Params = z.infer<typeof groupParams>;

export const groupOffsetRoutes: readonly Route[] = [
  route({
    duty: "groups",
    method: "patch",
    path: `${groupPath}/offsets`,
    tag: groupTag,
    summary: "Move the offsets of a group without members",
    description: "A group that is not there is made: it begins there. Confluent's v3 has no such path.",
    params: groupParams,
    query: none,
    body: {
      "application/json": {
        schema: changes,
        example: { data: [{ topic_name: "orders", to: "earliest" }], validate_only: true },
      },
    },
    answers: {
      200: {
        description: "Each partition, and where it goes on, or would.",
        content: { "application/json": { schema: moved } },
      },
    },
    errors: [
      "UnknownResource",
      "UnknownTopic",
      "UnknownPartition",
      "GroupNotEmpty",
      "InvalidGroupId",
      "GroupUnavailable",
      "ReadFailed",
    ],
    handle: moveOffsets,
  }),
];

async function moveOffsets(call: Call<Params, unknown>): Promise<Response> {
  const { service, params } = call;
  const { cluster_id, consumer_group_id } = params;
  await requireCluster(service, cluster_id);
  const { data, validate_only } = await readJson(service, call.request, changes);
  const validateOnly = validate_only ?? false;
  const targets = data.map(targetOf);
  const moves = await service.engine.groupOperations.moveOffsets(consumer_group_id, targets, {
    validateOnly,
  });
  const answer: z.infer<typeof moved> = {
    kind: "CumulogConsumerGroupOffsets",
    metadata: new Links(call, cluster_id).metadata(
      `${pathOf(params)}/offsets`,
      `consumer-group=${consumer_group_id}/offsets`,
    ),
    cluster_id,
    consumer_group_id,
    validate_only: validateOnly,
    data: moves.map(movedOf),
  };
  return json(answer);
}

function targetOf({ topic_name, partition_ids, to }: z.infer<typeof changes>["data"][number]): OffsetTarget {
  return {
    topic: topic_name,
    ...(partition_ids && { partitions: [...new Set(partition_ids)] }),
    to:
      typeof to === "string"
        ? { kind: to }
        : "offset" in to
          ? { kind: "offset", offset: to.offset }
          : { kind: "atTime", timestampMs: to.timestamp },
  };
}

function movedOf({ topic, partition, before, after, error }: OffsetMove) {
  return {
    topic_name: topic,
    partition_id: partition,
    previous_offset: before ?? null,
    offset: after,
    error_code: error ? translate(error).code : null,
    message: error?.message ?? null,
  };
}
