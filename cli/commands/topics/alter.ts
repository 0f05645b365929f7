/**
 * `cumulog topics alter`
 */
import type { Command } from "commander";
import { messageOf } from "../../../lib/std/index.ts";
import { connect } from "../../connect.ts";
import type { ConfigChange } from "../../endpoints.ts";
import { AlteredInPart, UsageWrong } from "../../errors.ts";
import { integerFrom, type Pair, pair, repeated, someText } from "../../options.ts";
import { print } from "../../output.ts";
import type { GlobalOptions } from "../../program.ts";
import { takesTopic, topicOf } from "../../topic-argument.ts";

type AlterOptions = GlobalOptions & {
  readonly topic?: string;
  readonly partitions?: number;
  readonly config?: readonly Pair[];
  readonly deleteConfig?: readonly string[];
};

/** Options and action of the command. */
export function defineAlter(command: Command): void {
  takesTopic(command)
    .option("--partitions <count>", "how many partitions it is to have: more than now", integerFrom(1))
    .option("--config <name=value>", "set a config; may be repeated", repeated(pair))
    .option(
      "--delete-config <name>",
      "go back to the default of a config; may be repeated",
      repeated(someText),
    )
    .action((argument, _options, self) => run(argument, self.optsWithGlobals()));
}

async function run(argument: string | undefined, options: AlterOptions): Promise<void> {
  const name = topicOf(argument, options.topic);
  const changes = changesOf(options);
  const { partitions } = options;
  if (changes.length === 0 && partitions === undefined)
    throw new UsageWrong("nothing to alter: give --config, --delete-config or --partitions");
  const endpoints = connect({ url: options.url });
  if (changes.length > 0) await endpoints.alterConfigs(name, changes);
  if (partitions !== undefined)
    await endpoints.setPartitions(name, partitions).catch((error: unknown) => {
      throw changes.length === 0
        ? error
        : new AlteredInPart(`the configs are changed, but ${messageOf(error)}`);
    });
  await print(`altered topic ${name}\n`);
}

function changesOf({ config = [], deleteConfig = [] }: AlterOptions): readonly ConfigChange[] {
  return [
    ...config.map(([name, value]) => ({ name, value })),
    ...deleteConfig.map(name => ({ name, operation: "DELETE" as const })),
  ];
}
