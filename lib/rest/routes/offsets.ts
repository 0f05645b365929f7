/**
 * Offsets of a partition: its ends, or where a time begins.
 */
import * as z from "zod";
import type { OffsetSpec } from "../../engine/index.ts";
import { json } from "../answer.ts";
import type { Service } from "../deps.ts";
import { type Call, type Route, route } from "../route.ts";
import { integerText, offsetNumber, plainPartitionParams } from "../schemas.ts";
import { namedTopic } from "./places.ts";

const query = z.strictObject({
  timestamp: z
    .union([z.enum(["earliest", "latest", "max"]), integerText(0, Number.MAX_SAFE_INTEGER)], {
      error: "earliest, latest, max or ms since 1970 are wanted",
    })
    .optional()
    .meta({
      description:
        "Ms since 1970: the first record at or after that time. `earliest`: the first record that is there. `latest`: " +
        "the next to come. `max`: the record with the highest time. Without it: both ends of the partition.",
    }),
});

const oneOffset = z
  .object({
    topic: z.string(),
    partition: z.int(),
    offset: z.int().meta({ description: "-1: there is no such record." }),
    timestamp: z.int().meta({
      description:
        "The time of the record at the offset, ms. -1: there is none, or an end was asked for, which is a place and no record.",
    }),
  })
  .meta({ id: "OffsetResponse" });

const ends = z
  .object({ beginning_offset: offsetNumber, end_offset: offsetNumber })
  .meta({ id: "OffsetsResponseV2" });

export const offsetRoutes: readonly Route[] = [
  route({
    duty: "fetch",
    method: "get",
    path: "/topics/{topic}/partitions/{partition}/offsets",
    tag: "Records",
    summary: "Find an offset",
    description: "Of a time or an end; without `timestamp` both ends, as the v2 paths have it.",
    params: plainPartitionParams,
    query,
    answers: {
      200: {
        description: "The offset, or both ends.",
        content: { "application/json": { schema: z.union([oneOffset, ends]) } },
      },
    },
    errors: ["UnknownTopic", "UnknownPartition", "InvalidTopicName", "ReadFailed", "RecordsCorrupt"],
    handle: findOffset,
  }),
];

type PartitionParams = z.infer<typeof plainPartitionParams>;

async function findOffset(call: Call<PartitionParams, z.infer<typeof query>>): Promise<Response> {
  const { service, params } = call;
  const { timestamp } = call.query;
  const place = { topic: namedTopic(params.topic), partition: params.partition };
  if (timestamp !== undefined) return json({ ...place, ...(await look(service, place, specOf(timestamp))) });
  const [beginning, end] = await Promise.all([
    look(service, place, { kind: "earliest" }),
    look(service, place, { kind: "latest" }),
  ]);
  return json({ beginning_offset: beginning.offset, end_offset: end.offset });
}

async function look(service: Service, place: PartitionParams, spec: OffsetSpec) {
  const [answer] = await service.engine.listOffsets([{ ...place, spec }]);
  if (answer?.kind !== "offset") throw answer?.error ?? new Error("an offset without an answer");
  return { offset: answer.offset, timestamp: answer.timestampMs };
}

function specOf(timestamp: number | "earliest" | "latest" | "max"): OffsetSpec {
  if (typeof timestamp === "number") return { kind: "atTime", timestampMs: timestamp };
  return timestamp === "max" ? { kind: "maxTimestamp" } : { kind: timestamp };
}
