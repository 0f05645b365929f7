/**
 * `cumulog groups list`
 */
import type { Command } from "commander";
import { connect } from "../../connect.ts";
import { print, printJson } from "../../output.ts";
import type { GlobalOptions } from "../../program.ts";

type ListOptions = GlobalOptions & { readonly json?: true };

/** Options and action of the command. */
export function defineList(command: Command): void {
  command
    .option("--json", "print names, states, types and assignors as JSON")
    .action((_options, self) => run(self.optsWithGlobals()));
}

async function run({ url, json }: ListOptions): Promise<void> {
  const groups = await connect({ url }).groups.list();
  if (json) await printJson(groups);
  else await print(groups.map(({ name }) => `${name}\n`).join(""));
}
