/**
 * The queues of a deployment: what is sent lies there until it is taken, a failed message is given out again, and one that failed
 * too often goes where its queue says. Order is that of sending, which SQS does not promise; no time passes here.
 */
import { createHash, randomUUID } from "node:crypto";

/** A queue as the template declares it. */
export type QueueDefinition = {
  readonly arn: string;
  /** Where a message goes that was taken so often. */
  readonly redrive: { readonly arn: string; readonly receivesMax: number } | undefined;
};

/** A message, and how often it was taken. */
export type Message = { readonly id: string; readonly body: string; receives: number };

export class Queues {
  readonly #queues: ReadonlyMap<
    string,
    { readonly definition: QueueDefinition; readonly messages: Message[] }
  >;

  constructor(definitions: readonly QueueDefinition[]) {
    this.#queues = new Map(
      definitions.map(definition => [definition.arn, { definition, messages: [] as Message[] }]),
    );
  }

  /** The bodies of the messages that wait. */
  bodiesIn(arn: string): readonly string[] {
    return this.#of(arn).messages.map(({ body }) => body);
  }

  /** The bodies of the messages that were put aside where this queue says. */
  putAsideFrom(arn: string): readonly string[] {
    const { redrive } = this.#of(arn).definition;
    return redrive === undefined ? [] : this.bodiesIn(redrive.arn);
  }

  send(arn: string, body: string): Message {
    const message = { id: randomUUID(), body, receives: 0 };
    this.#of(arn).messages.push(message);
    return message;
  }

  /** Takes messages out, for whoever deletes or gives back each of them. */
  take(arn: string, countMax: number): readonly Message[] {
    const taken = this.#of(arn).messages.splice(0, countMax);
    for (const message of taken) message.receives++;
    return taken;
  }

  /** A message that was not deleted: it waits again, or is put aside. */
  giveBack(arn: string, message: Message): void {
    const { definition, messages } = this.#of(arn);
    const { redrive } = definition;
    if (redrive === undefined || message.receives < redrive.receivesMax) messages.push(message);
    else this.#of(redrive.arn).messages.push(message);
  }

  #of(arn: string) {
    const queue = this.#queues.get(arn);
    if (queue === undefined) throw new Error(`there is no queue ${arn}`);
    return queue;
  }
}

/** The answer to a batch of messages, as SQS gives it. */
export function answerToBatch(queues: Queues, arn: string, request: Buffer): string {
  const { Entries } = JSON.parse(request.toString("utf8"));
  const Successful = (Entries as readonly { readonly Id: string; readonly MessageBody: string }[]).map(
    ({ Id, MessageBody }) => ({
      Id,
      MessageId: queues.send(arn, MessageBody).id,
      MD5OfMessageBody: createHash("md5").update(MessageBody).digest("hex"),
    }),
  );
  return JSON.stringify({ Successful, Failed: [] });
}
