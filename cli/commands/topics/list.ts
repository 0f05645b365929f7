/**
 * `cumulog topics list`
 */
import type { Command } from "commander";
import { connect } from "../../connect.ts";
import { print, printJson } from "../../output.ts";
import type { GlobalOptions } from "../../program.ts";

type ListOptions = GlobalOptions & { readonly json?: true };

/** Options and action of the command. */
export function defineList(command: Command): void {
  command
    .option("--json", "print names and partition counts as JSON")
    .action((_options, self) => run(self.optsWithGlobals()));
}

async function run({ url, json }: ListOptions): Promise<void> {
  const topics = await connect({ url }).listTopics();
  if (json) await printJson(topics);
  else await print(topics.map(({ name }) => `${name}\n`).join(""));
}
