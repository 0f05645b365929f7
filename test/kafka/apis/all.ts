/** Every API that there is a table for, as a list. */
import { messages } from "../../../lib/kafka/apis/index.ts";
import type { Message } from "../../../lib/kafka/wire/index.ts";

/** An API: its key, and what is asked and answered. */
export type AnyApi = {
  readonly name: string;
  readonly key: number;
  readonly request: Message;
  readonly response: Message;
};

export const apis: readonly AnyApi[] = Object.entries(messages).map(([name, each]) => ({ name, ...each }));
