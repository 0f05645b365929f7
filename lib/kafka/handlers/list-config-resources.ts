/** ListConfigResources: topics and gateways have configs; the rest of Kafka's kinds do not exist here (KIP-1142). */
import type { messages } from "../apis/index.ts";
import { errorCodes } from "../error-codes.ts";
import type { Handler } from "./handler.ts";
import { resourceTypes } from "./resource-types.ts";

type Api = typeof messages.listConfigResources;

/** Version 0 lists client metrics alone, and there are none. */
const clientMetricsOnly = 0;

export const listConfigResources: Handler<Api["request"], Api["response"]> = async (
  call,
  { resourceTypes: asked },
) => {
  const { engine, nodes } = call.service;
  const wants = (type: number): boolean =>
    call.version > clientMetricsOnly && (asked.length === 0 || asked.includes(type));
  const topics = wants(resourceTypes.topic) ? await engine.topics.list() : [];
  const gateways = wants(resourceTypes.broker) ? nodes.list(call.reachedAt) : [];
  return {
    errorCode: errorCodes.NONE,
    configResources: [
      ...topics.map(({ name }) => ({ resourceName: name, resourceType: resourceTypes.topic })),
      ...gateways.map(({ id }) => ({ resourceName: String(id), resourceType: resourceTypes.broker })),
    ],
  };
};
