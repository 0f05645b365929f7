/**
 * Shapes that several routes share. They are read by the checks and by the OpenAPI document alike.
 */
import * as z from "zod";
import { limits } from "../format/index.ts";

/** A whole number, written in a path or a query. */
export function integerText(min: number, max: number) {
  return z
    .string()
    .regex(/^-?\d{1,16}$/, "an integer is wanted")
    .transform(Number)
    .pipe(z.int().min(min).max(max));
}

/** No parameters. What else stands in the query is not looked at: clients of the proxies send what we have no use for. */
export const none = z.object({});

/** Any text that can be a topic's name is looked up; what cannot be one is refused by the handler. */
export const topicName = z.string();

/** A partition in a path. Whether it exists is for the log to say, so any number up to 2^31 is understood. */
export const partitionNumber = integerText(0, 2 ** 31 - 1);

/** An offset in a query or an answer. */
export const offsetNumber = z.int().min(0).max(limits.offsetMax);

/** Parameters of the v3 paths below a cluster. */
export const clusterParams = z.object({ cluster_id: z.string() });
/** Parameters of the v3 paths below a topic. */
export const topicParams = z.object({ cluster_id: z.string(), topic_name: topicName });
/** Parameters of the v3 paths below a partition. */
export const partitionParams = topicParams.extend({ partition_id: partitionNumber });
/** Parameters of the v3 paths below a broker. */
export const brokerParams = clusterParams.extend({ broker_id: integerText(0, 2 ** 31 - 1) });
/** Parameters of the paths that need no cluster id, below a topic. */
export const plainTopicParams = z.object({ topic: topicName });
/** Parameters of the paths that need no cluster id, below a partition. */
export const plainPartitionParams = z.object({ topic: topicName, partition: partitionNumber });

/** Parameters of the v3 paths below a consumer group. */
export const groupParams = clusterParams.extend({ consumer_group_id: z.string() });
/** Parameters of the v3 paths below a member of a consumer group. */
export const consumerParams = groupParams.extend({ consumer_id: z.string() });

/** What every error looks like. */
export const errorSchema = z
  .object({ error_code: z.int(), message: z.string() })
  .meta({ id: "Error", description: "What went wrong: a code to act on and a message with the values." });

/** A link of the v3 paths. */
export const related = z.object({ related: z.string() });

/** The frame of one resource of the v3 paths. */
export function resource<Kind extends string, Shape extends z.ZodRawShape>(kind: Kind, shape: Shape) {
  return z
    .object({
      kind: z.literal(kind),
      metadata: z.object({ self: z.string(), resource_name: z.string() }),
      ...shape,
    })
    .meta({ id: kind });
}

/** The frame of a list of resources of the v3 paths. */
export function resourceList<Item extends z.ZodType>(kind: string, item: Item) {
  return z
    .object({
      kind: z.literal(kind),
      metadata: z.object({ self: z.string(), next: z.null() }),
      data: z.array(item),
    })
    .meta({ id: kind });
}
