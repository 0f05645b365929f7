/**
 * InitProducerId: an id for an idempotent producer, new each time, as Kafka does without a transactional id; such clients
 * raise their epoch themselves. Transactions are not served yet, and said so in a way that no client tries again.
 */
import type { messages } from "../apis/index.ts";
import { errorCodes } from "../error-codes.ts";
import { codeOf } from "../errors.ts";
import type { Handler } from "./handler.ts";

type Api = typeof messages.initProducerId;

export const initProducerId: Handler<Api["request"], Api["response"]> = async (call, request) => {
  if (request.transactionalId !== null) return refusal(errorCodes.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
  try {
    return {
      errorCode: errorCodes.NONE,
      producerId: await call.service.engine.newProducerId(),
      producerEpoch: 0,
    };
  } catch (error) {
    return refusal(codeOf(error));
  }
};

function refusal(errorCode: number) {
  return { errorCode, producerId: -1, producerEpoch: -1 };
}
