/**
 * What a topic may be called: Kafka's rules (Topic.java), so that every name works with every client.
 */
import { CumulogError } from "../std/index.ts";
import { limits } from "./limits.ts";

/** A topic name that Kafka's rules refuse. */
export class InvalidTopicName extends CumulogError {
  override readonly name = "InvalidTopicName";
  readonly kind = "caller";
}

/** Throws InvalidTopicName unless `name` is 1-249 of [a-zA-Z0-9._-] and neither "." nor "..". */
export function checkTopicName(name: string): void {
  const shown = JSON.stringify(name.slice(0, 260));
  if (name === "") throw new InvalidTopicName("the topic name is empty");
  if (name === "." || name === "..") throw new InvalidTopicName(`a topic cannot be called ${shown}`);
  if (name.length > limits.topicNameCharactersMax)
    throw new InvalidTopicName(
      `topic name ${shown} has ${name.length} characters, ${limits.topicNameCharactersMax} are allowed`,
    );
  if (!/^[a-zA-Z0-9._-]+$/.test(name))
    throw new InvalidTopicName(
      `topic name ${shown} has characters other than a-z, A-Z, 0-9, ".", "_" and "-"`,
    );
}
