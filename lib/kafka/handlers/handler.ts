/**
 * What a handler is: values in, values out; it never sees a byte. A fact that goes wrong is a code in the answer; what it
 * throws all the same is a fault of ours, and ends the connection.
 */
import type { Call } from "../deps.ts";
import type { Fields, Message, MessageDraft, MessageValues } from "../wire/index.ts";

/** Answers a request. `undefined`: the client wants no answer (produce with acks 0). */
export type Handler<Request extends Message<Fields>, Response extends Message<Fields>> = (
  call: Call,
  request: MessageValues<Request>,
) => Promise<MessageDraft<Response> | undefined>;
