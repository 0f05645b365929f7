/**
 * Leaves groups as the upkeep finds them, past the API: nobody can wait for days, and the clock of a function cannot be moved.
 */
import type { AwsItemStore } from "../../lib/adapters/aws/index.ts";
import { SystemClock } from "../../lib/adapters/system/index.ts";
import {
  type ConsumerMember,
  consumerMemberItem,
  type GroupState,
  groupIndexKey,
  groupPartitionKey,
  groupStateAttributes,
  groupStateKey,
  memberKeyOf,
  readGroupState,
} from "../../lib/format/items/index.ts";

const dayMs = 24 * 60 * 60_000;

/** One that nobody used for eight days, one that was deleted two days ago, and one whose only member fell silent. */
export const leftGroups = { unused: "left-unused", deleted: "left-deleted", silent: "left-silent" } as const;

/** Writes all three. */
export async function leaveGroups(items: AwsItemStore): Promise<void> {
  await leave(items, leftGroups.unused, { phase: "empty", daysAgo: 8 });
  await leave(items, leftGroups.deleted, { phase: "dead", daysAgo: 2 });
  await items.put(memberOf(leftGroups.deleted, "of-the-one-before"));
  await leave(items, leftGroups.silent, { phase: "assigned", daysAgo: 0 });
  await items.put(memberOf(leftGroups.silent, "silent"));
}

/** The phase of each group; undefined where nothing of it is left, its place on the list included. */
export async function phasesOf(items: AwsItemStore): Promise<Readonly<Record<string, string | undefined>>> {
  const phases = Object.values(leftGroups).map(async group => [group, await phaseOf(items, group)] as const);
  return Object.fromEntries(await Promise.all(phases));
}

async function phaseOf(items: AwsItemStore, group: string): Promise<string | undefined> {
  const query = { pk: groupPartitionKey(group), from: "", to: "\u{10ffff}", consistent: true };
  const { items: all } = await items.query(query);
  const isListed = (await items.get(groupIndexKey(group), { consistent: true })) !== undefined;
  const state = all.find(({ sk }) => sk === groupStateKey(group).sk);
  if (state === undefined) return isListed || all.length > 0 ? "left over" : undefined;
  return readGroupState(group, state.attributes).phase;
}

async function leave(
  items: AwsItemStore,
  group: string,
  { phase, daysAgo }: { readonly phase: GroupState["phase"]; readonly daysAgo: number },
): Promise<void> {
  const sinceMs = new SystemClock().now() - daysAgo * dayMs;
  const state = { kind: "consumer", phase, generation: 3, born: 1, version: 5, sinceMs } as const;
  await items.put({ ...groupIndexKey(group), attributes: {} });
  await items.put({ ...groupStateKey(group), attributes: groupStateAttributes(state) });
}

function memberOf(group: string, memberId: string) {
  const nothing = new Map();
  const member: ConsumerMember = {
    memberId,
    clientId: "test",
    host: "",
    beat: "the last",
    // Over before the next tick.
    sessionMs: 1,
    rebalanceMs: 1,
    epoch: 3,
    previousEpoch: 2,
    subscription: { names: ["nowhere"] },
    assigned: nothing,
    revoking: nothing,
  };
  return consumerMemberItem(group, memberKeyOf(memberId, undefined), member);
}
