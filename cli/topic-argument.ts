/**
 * The topic that a command is about: its argument, or `--topic` as Kafka's tools have it.
 */
import type { Command } from "commander";
import { UsageWrong } from "./errors.ts";

/** Adds both ways to name the topic. */
export function takesTopic(command: Command): Command {
  return command
    .argument("[topic]", "name of the topic")
    .option("--topic <topic>", "the same, as Kafka's tools write it");
}

/** The topic that was named. Throws UsageWrong unless it is exactly one. */
export function topicOf(argument: string | undefined, option: string | undefined): string {
  const topic = argument ?? option;
  if (topic === undefined || topic === "")
    throw new UsageWrong("a topic is wanted, as an argument or with --topic");
  if (option !== undefined && option !== topic)
    throw new UsageWrong(`two topics are named: ${topic} and --topic ${option}`);
  return topic;
}
