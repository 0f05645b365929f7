/**
 * `cumulog topics create`
 */
import type { Command } from "commander";
import { connect } from "../../connect.ts";
import { integerFrom, type Pair, pair, repeated } from "../../options.ts";
import { print, printJson } from "../../output.ts";
import type { GlobalOptions } from "../../program.ts";
import { count } from "../../rates.ts";
import { takesTopic, topicOf } from "../../topic-argument.ts";

type CreateOptions = GlobalOptions & {
  readonly topic?: string;
  readonly partitions?: number;
  readonly config?: readonly Pair[];
  readonly ifNotExists?: true;
  readonly json?: true;
};

/** Options and action of the command. */
export function defineCreate(command: Command): void {
  takesTopic(command)
    .option("--partitions <count>", "how many partitions (default: the server's)", integerFrom(1))
    .option("--config <name=value>", "a topic config, by Kafka's name; may be repeated", repeated(pair))
    .option("--if-not-exists", "leave a topic that exists as it is")
    .option("--json", "print the topic as JSON")
    .action((argument, _options, self) => run(argument, self.optsWithGlobals()));
}

async function run(argument: string | undefined, options: CreateOptions): Promise<void> {
  const name = topicOf(argument, options.topic);
  const { partitions, config: configs = [], ifNotExists, json } = options;
  const endpoints = connect({ url: options.url });
  let verb = "created";
  const topic = await endpoints.createTopic(name, { partitions, configs }).catch(async (error: unknown) => {
    const existing = ifNotExists && (await endpoints.findTopic(name));
    if (!existing) throw error;
    verb = "found";
    return existing;
  });
  if (json) await printJson(topic);
  else await print(`${verb} topic ${topic.name}, ${count(topic.partitions, "partition")}\n`);
}
