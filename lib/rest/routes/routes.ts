/**
 * THE list of routes. The router serves it, the OpenAPI document describes it.
 */
import type { Route } from "../route.ts";
import { clusterRoutes } from "./clusters.ts";
import { configRoutes } from "./configs.ts";
import { emptyListRoutes } from "./empty-lists.ts";
import { groupConsumerRoutes } from "./group-consumers.ts";
import { groupLagRoutes } from "./group-lags.ts";
import { groupOffsetRoutes } from "./group-offsets.ts";
import { groupPollRoutes } from "./group-poll.ts";
import { groupRoutes } from "./groups.ts";
import { instanceOffsetRoutes } from "./instance-offsets.ts";
import { instanceRecordRoutes } from "./instance-records.ts";
import { instanceRoutes } from "./instances.ts";
import { offsetRoutes } from "./offsets.ts";
import { partitionRoutes } from "./partitions.ts";
import { produceV2Routes } from "./produce-v2.ts";
import { produceV3Routes } from "./produce-v3.ts";
import { recordRoutes } from "./records.ts";
import { replicaRoutes } from "./replicas.ts";
import { serverRoutes } from "./server.ts";
import { topicRoutes } from "./topics.ts";
import { topicV2Routes } from "./topics-v2.ts";
import { upkeepRoutes } from "./upkeep.ts";

export const routes: readonly Route[] = [
  ...serverRoutes(() => routes),
  ...clusterRoutes,
  ...topicRoutes,
  ...partitionRoutes,
  ...replicaRoutes,
  ...configRoutes,
  ...emptyListRoutes,
  ...produceV3Routes,
  ...topicV2Routes,
  ...produceV2Routes,
  ...recordRoutes,
  ...offsetRoutes,
  ...groupRoutes,
  ...groupConsumerRoutes,
  ...groupLagRoutes,
  ...groupOffsetRoutes,
  ...groupPollRoutes,
  ...instanceRoutes,
  ...instanceRecordRoutes,
  ...instanceOffsetRoutes,
  ...upkeepRoutes,
];
