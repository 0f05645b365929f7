/**
 * `cumulog topics delete`
 */
import type { Command } from "commander";
import { connect } from "../../connect.ts";
import { print } from "../../output.ts";
import type { GlobalOptions } from "../../program.ts";
import { takesTopic, topicOf } from "../../topic-argument.ts";

type DeleteOptions = GlobalOptions & { readonly topic?: string; readonly ifExists?: true };

/** Options and action of the command. */
export function defineDelete(command: Command): void {
  takesTopic(command)
    .option("--if-exists", "do nothing if there is no such topic")
    .addHelpText("after", "\nThe name is free at once. The disk that the records take is not freed yet.")
    .action((argument, _options, self) => run(argument, self.optsWithGlobals()));
}

async function run(argument: string | undefined, options: DeleteOptions): Promise<void> {
  const name = topicOf(argument, options.topic);
  const endpoints = connect({ url: options.url });
  if (options.ifExists && !(await endpoints.findTopic(name))) {
    await print(`there is no topic ${name}\n`);
    return;
  }
  await endpoints.deleteTopic(name);
  await print(`deleted topic ${name}\n`);
}
