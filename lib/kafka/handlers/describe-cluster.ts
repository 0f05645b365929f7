/** DescribeCluster: the gateways that serve. */
import type { messages } from "../apis/index.ts";
import { errorCodes } from "../error-codes.ts";
import type { Handler } from "./handler.ts";

type Api = typeof messages.describeCluster;

/** KIP-919: 1 asks for brokers, 2 for controllers. */
const brokersEndpoint = 1;

export const describeCluster: Handler<Api["request"], Api["response"]> = async (call, request) => {
  if (request.endpointType !== brokersEndpoint)
    return {
      errorCode: errorCodes.MISMATCHED_ENDPOINT_TYPE,
      errorMessage: "this port is for clients of the log",
      endpointType: request.endpointType,
    };
  const { engine, nodes } = call.service;
  return {
    errorCode: errorCodes.NONE,
    endpointType: brokersEndpoint,
    clusterId: await engine.clusterId(),
    controllerId: nodes.ownId,
    brokers: nodes.list(call.reachedAt).map(({ id, host, port }) => ({ brokerId: id, host, port })),
  };
};
