/**
 * `cumulog groups describe`
 */
import type { Command } from "commander";
import { columns } from "../../columns.ts";
import { connect } from "../../connect.ts";
import { groupOf, takesGroup } from "../../group-argument.ts";
import type { GroupEndpoints, GroupSummary, MemberSummary } from "../../group-endpoints.ts";
import { print, printJson } from "../../output.ts";
import type { GlobalOptions } from "../../program.ts";
import { ranges } from "../../ranges.ts";

type DescribeOptions = GlobalOptions & { readonly group?: string; readonly json?: true };

/** What is shown; as JSON, exactly this. */
type Description = GroupSummary & { readonly members: readonly MemberWork[] };
type MemberWork = MemberSummary & {
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly number[] }[];
};

/** Options and action of the command. */
export function defineDescribe(command: Command): void {
  takesGroup(command)
    .option("--json", "print it as JSON")
    .action((argument, _options, self) => run(argument, self.optsWithGlobals()));
}

async function run(argument: string | undefined, options: DescribeOptions): Promise<void> {
  const { groups } = connect({ url: options.url });
  const description = await describe(groups, groupOf(argument, options.group));
  await (options.json ? printJson(description) : print(forPeople(description)));
}

async function describe(groups: GroupEndpoints, name: string): Promise<Description> {
  const summary = await groups.describe(name);
  const members = await Promise.all(
    (await groups.members(name)).map(member => describeMember(groups, name, member)),
  );
  return { ...summary, members: members.flat() };
}

/** Nothing of a member that has left meanwhile. */
async function describeMember(
  groups: GroupEndpoints,
  group: string,
  member: MemberSummary,
): Promise<readonly MemberWork[]> {
  const places = await groups.assignment(group, member.id);
  if (places === undefined) return [];
  const topics = [...Map.groupBy(places, ({ topic }) => topic)].map(([topic, each]) => ({
    topic,
    partitions: each.map(({ partition }) => partition),
  }));
  return [{ ...member, topics }];
}

function forPeople({ name, state, type, assignor, members }: Description): string {
  const rows = members.flatMap(({ id, clientId, topics }) =>
    topics.length === 0
      ? [[id, clientId, "-", "none"]]
      : topics.map(({ topic, partitions }) => [id, clientId, topic, ranges(partitions)]),
  );
  return [
    `group ${name}\n\n`,
    columns([
      ["STATE", "TYPE", "ASSIGNOR"],
      [state, type, assignor || "-"],
    ]),
    rows.length === 0
      ? "\nno members\n"
      : `\n${columns([["MEMBER", "CLIENT", "TOPIC", "PARTITIONS"], ...rows])}`,
  ].join("");
}
