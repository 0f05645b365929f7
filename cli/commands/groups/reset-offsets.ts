/**
 * `cumulog groups reset-offsets`: in the words of Kafka's tool, and like it a dry run unless it is told to execute.
 */
import type { Command } from "commander";
import { columns } from "../../columns.ts";
import { connect } from "../../connect.ts";
import { FoundProblems, UsageWrong } from "../../errors.ts";
import { groupOf, takesGroup } from "../../group-argument.ts";
import type { MovedOffset } from "../../group-endpoints.ts";
import { repeated } from "../../options.ts";
import { print, printJson } from "../../output.ts";
import type { GlobalOptions } from "../../program.ts";
import { type NewPlaceOptions, newPlaceOf, takesNewPlace } from "./new-place.ts";
import { partsOf, type TopicPart, targetsOf, topicPart } from "./places.ts";

type ResetOptions = GlobalOptions &
  NewPlaceOptions & {
    readonly group?: string;
    readonly topic?: readonly TopicPart[];
    readonly allTopics?: true;
    readonly dryRun?: true;
    readonly execute?: true;
    readonly json?: true;
  };

const notes = `
Offsets stay within the log: what lies outside becomes its nearest end, a time after the last record the end.
The members of the group have to be stopped first.
Exit code 0: all of it is done, or would be. 1: something is not, and the table says what.`;

/** Options and action of the command. */
export function defineResetOffsets(command: Command): void {
  takesNewPlace(
    takesGroup(command)
      .option(
        "--topic <topic[:p,p]>",
        "a topic, or some of its partitions; may be repeated",
        repeated(topicPart),
      )
      .option("--all-topics", "all that the group has committed something of"),
  )
    .option("--dry-run", "print what would be done, and do nothing: as without --execute")
    .option("--execute", "do it")
    .option("--json", "print it as JSON")
    .addHelpText("after", notes)
    .action((argument, _options, self) => run(argument, self.optsWithGlobals()));
}

async function run(argument: string | undefined, options: ResetOptions): Promise<void> {
  const group = groupOf(argument, options.group);
  const { topic, allTopics, execute: isExecuted = false, json } = options;
  if (isExecuted && options.dryRun) throw new UsageWrong("only one of --dry-run and --execute can be given");
  if ((topic === undefined) === (allTopics === undefined))
    throw new UsageWrong("either --topic or --all-topics is wanted");
  const place = newPlaceOf(options, Date.now());
  const { groups } = connect({ url: options.url });
  // Asked for in any case: the server would make a group that is not there, and this name may be misspelled.
  const committed = await groups.lags(group);
  const targets = targetsOf(place, topic ?? partsOf(committed), committed);
  const moved = await groups.moveOffsets(group, targets, { isDryRun: !isExecuted });
  if (json) await printJson({ group, executed: isExecuted, partitions: moved });
  else await print(forPeople(group, moved, isExecuted));
  if (moved.some(({ problem }) => problem !== null)) throw new FoundProblems("some offsets were not moved");
}

function forPeople(group: string, moved: readonly MovedOffset[], isExecuted: boolean): string {
  if (moved.length === 0) return `group ${group} has committed nothing: there is nothing to move\n`;
  const hasProblems = moved.some(({ problem }) => problem !== null);
  const header = ["TOPIC", "PARTITION", "COMMITTED", "NEW OFFSET", ...(hasProblems ? ["NOT DONE"] : [])];
  const rows = moved.map(({ topic, partition, committed, offset, problem }) => [
    topic,
    String(partition),
    committed === null ? "-" : String(committed),
    String(offset),
    ...(hasProblems ? [problem ?? ""] : []),
  ]);
  const end = isExecuted ? "" : "\nnothing is changed: --execute does it\n";
  return `${columns([header, ...rows])}${end}`;
}
