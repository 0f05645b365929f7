/**
 * `cumulog topics describe`
 */
import type { Command } from "commander";
import { columns } from "../../columns.ts";
import { connect } from "../../connect.ts";
import type { Endpoints, TopicConfig } from "../../endpoints.ts";
import { print, printJson } from "../../output.ts";
import type { GlobalOptions } from "../../program.ts";
import { takesTopic, topicOf } from "../../topic-argument.ts";

type DescribeOptions = GlobalOptions & { readonly topic?: string; readonly json?: true };

/** What is shown; as JSON, exactly this. */
type Description = {
  readonly name: string;
  readonly partitions: readonly PartitionRange[];
  readonly configs: readonly TopicConfig[];
};
type PartitionRange = {
  readonly partition: number;
  readonly firstOffset: number;
  /** Of the next record. */
  readonly nextOffset: number;
};

/** Options and action of the command. */
export function defineDescribe(command: Command): void {
  takesTopic(command)
    .option("--json", "print it as JSON, with every config")
    .action((argument, _options, self) => run(argument, self.optsWithGlobals()));
}

async function run(argument: string | undefined, options: DescribeOptions): Promise<void> {
  const description = await describe(connect({ url: options.url }), topicOf(argument, options.topic));
  await (options.json ? printJson(description) : print(forPeople(description)));
}

async function describe(endpoints: Endpoints, name: string): Promise<Description> {
  const topic = await endpoints.describeTopic(name);
  const partitions = Array.from({ length: topic.partitions }, (_, partition) => partition);
  const [ranges, configs] = await Promise.all([
    Promise.all(partitions.map(partition => describePartition(endpoints, name, partition))),
    endpoints.topicConfigs(name),
  ]);
  return { name, partitions: ranges, configs };
}

async function describePartition(
  endpoints: Endpoints,
  topic: string,
  partition: number,
): Promise<PartitionRange> {
  const firstOffset = await endpoints.offsetAt(topic, partition, "earliest");
  return { partition, firstOffset, nextOffset: await endpoints.offsetAt(topic, partition, "latest") };
}

function forPeople({ name, partitions, configs }: Description): string {
  const header = ["PARTITION", "FIRST OFFSET", "NEXT OFFSET", "RECORDS"];
  const rows = partitions.map(({ partition, firstOffset, nextOffset }) =>
    [partition, firstOffset, nextOffset, nextOffset - firstOffset].map(String),
  );
  const changed = configs.filter(({ isDefault }) => !isDefault).map(config => [config.name, config.value]);
  return [
    `topic ${name}\n\n`,
    columns([header, ...rows]),
    changed.length === 0
      ? "\nall configs have their defaults (--json lists them)\n"
      : `\n${columns([["CONFIG", "VALUE"], ...changed])}`,
  ].join("");
}
