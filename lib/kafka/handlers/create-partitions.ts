/** CreatePartitions: a topic grows; it never shrinks. */
import { messageOf } from "../../std/index.ts";
import type { messages } from "../apis/index.ts";
import { errorCodes } from "../error-codes.ts";
import { codeOf } from "../errors.ts";
import type { Handler } from "./handler.ts";

type Api = typeof messages.createPartitions;

export const createPartitions: Handler<Api["request"], Api["response"]> = async (call, request) => ({
  results: await Promise.all(
    request.topics.map(async ({ name, count }) => {
      try {
        await call.service.engine.topics.addPartitions(name, count, { validateOnly: request.validateOnly });
        return { name, errorCode: errorCodes.NONE };
      } catch (error) {
        return { name, errorCode: codeOf(error), errorMessage: messageOf(error) };
      }
    }),
  ),
});
