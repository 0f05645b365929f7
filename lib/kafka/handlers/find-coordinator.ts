/** FindCoordinator: any gateway serves any group, so it is always this one, under the address that the client reached. */
import type { messages } from "../apis/index.ts";
import type { Call } from "../deps.ts";
import { errorCodes } from "../error-codes.ts";
import type { Handler } from "./handler.ts";

type Api = typeof messages.findCoordinator;

/** Kafka's key types. */
const groupKeyType = 0;
const transactionKeyType = 1;

export const findCoordinator: Handler<Api["request"], Api["response"]> = async (call, request) => {
  const isBatched = call.version >= 4;
  const keys = isBatched ? request.coordinatorKeys : [request.key];
  const found = keys.map(key => coordinatorOf(call, key, request.keyType));
  if (isBatched) return { coordinators: found };
  const [only] = found;
  return only ? { ...only } : {};
};

function coordinatorOf(call: Call, key: string, keyType: number) {
  const [self] = call.service.nodes.list(call.reachedAt);
  const isKnown = keyType === groupKeyType || keyType === transactionKeyType;
  if (!isKnown)
    return {
      ...nobody(key),
      errorCode: errorCodes.INVALID_REQUEST,
      errorMessage: `no coordinator has key type ${keyType}`,
    };
  if (self === undefined) return { ...nobody(key), errorCode: errorCodes.COORDINATOR_NOT_AVAILABLE };
  const { id: nodeId, host, port } = self;
  return { key, nodeId, host, port, errorCode: errorCodes.NONE };
}

function nobody(key: string) {
  return { key, nodeId: -1, host: "", port: -1 };
}
