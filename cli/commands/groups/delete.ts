/**
 * `cumulog groups delete`
 */
import type { Command } from "commander";
import { connect } from "../../connect.ts";
import { groupOf, takesGroup } from "../../group-argument.ts";
import { print } from "../../output.ts";
import type { GlobalOptions } from "../../program.ts";

type DeleteOptions = GlobalOptions & { readonly group?: string; readonly ifExists?: true };

/** Options and action of the command. */
export function defineDelete(command: Command): void {
  takesGroup(command)
    .option("--if-exists", "do nothing if there is no such group")
    .action((argument, _options, self) => run(argument, self.optsWithGlobals()));
}

async function run(argument: string | undefined, options: DeleteOptions): Promise<void> {
  const name = groupOf(argument, options.group);
  const { groups } = connect({ url: options.url });
  if (options.ifExists && !(await groups.find(name))) {
    await print(`there is no group ${name}\n`);
    return;
  }
  await groups.delete(name);
  await print(`deleted group ${name}\n`);
}
