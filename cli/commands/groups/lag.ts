/**
 * `cumulog groups lag`
 */
import type { Command } from "commander";
import { columns } from "../../columns.ts";
import { connect } from "../../connect.ts";
import { groupOf, takesGroup } from "../../group-argument.ts";
import type { GroupLag } from "../../group-endpoints.ts";
import { print, printJson } from "../../output.ts";
import type { GlobalOptions } from "../../program.ts";
import { count } from "../../rates.ts";

type LagOptions = GlobalOptions & { readonly group?: string; readonly json?: true };

/** Options and action of the command. */
export function defineLag(command: Command): void {
  takesGroup(command)
    .option("--json", "print it as JSON")
    .addHelpText("after", "\nOf partitions that the group has committed an offset of.")
    .action((argument, _options, self) => run(argument, self.optsWithGlobals()));
}

async function run(argument: string | undefined, options: LagOptions): Promise<void> {
  const group = groupOf(argument, options.group);
  const lags = (await connect({ url: options.url }).groups.lags(group)).toSorted(
    (a, b) => a.topic.localeCompare(b.topic) || a.partition - b.partition,
  );
  await (options.json ? printJson(lags) : print(forPeople(group, lags)));
}

function forPeople(group: string, lags: readonly GroupLag[]): string {
  if (lags.length === 0) return `group ${group} has committed nothing\n`;
  const header = ["TOPIC", "PARTITION", "COMMITTED", "NEXT OFFSET", "LAG", "MEMBER"];
  const rows = lags.map(({ topic, partition, committed, end, lag, member }) => [
    topic,
    ...[partition, committed, end, lag].map(String),
    member || "-",
  ]);
  const total = lags.reduce((sum, { lag }) => sum + lag, 0);
  return `${columns([header, ...rows])}\ngroup ${group} is ${count(total, "record")} behind\n`;
}
