/**
 * When a group changes its kind: pure; the tables are complete or do not compile.
 *
 *   classic: preparing, stable --- a consumer joins ---> assigned                 (upgrade, the same generation)
 *   consumer: assigned --- only hosted members are left ---> preparing            (downgrade, the same generation)
 *
 * Which members a group hosts is no phase of it: whoever looks finds out. Empty groups take either kind without it.
 */
import type { GroupPhase } from "../../../format/items/index.ts";

/** Kafka's group.consumer.migration.policy. */
export type MigrationPolicy = "bidirectional" | "upgrade" | "downgrade" | "disabled";

/** What can happen to a group, as far as its kind is concerned. */
export type MigrationEvent =
  /** A member of KIP-848 joins. */
  | "consumerJoins"
  /** There are members, all of them hosted. */
  | "onlyHosted";

/** `later`: nobody can tell at present who owns what. `refused`: by the policy. */
export type Migration = "upgrades" | "downgrades" | "stays" | "later" | "refused";

/** THE table, for a policy that allows everything. */
const table: Readonly<Record<MigrationEvent, Readonly<Record<GroupPhase, Exclude<Migration, "refused">>>>> = {
  consumerJoins: {
    empty: "stays",
    preparing: "upgrades",
    completing: "later",
    stable: "upgrades",
    assigned: "stays",
    dead: "stays",
  },
  onlyHosted: {
    empty: "stays",
    preparing: "stays",
    completing: "stays",
    stable: "stays",
    assigned: "downgrades",
    dead: "stays",
  },
};

type Allowed = { readonly upgrades: boolean; readonly downgrades: boolean; readonly newHosted: boolean };

/** What each policy allows. With none of both directions a mixed group would never be whole again: it takes no more. */
const allowed: Readonly<Record<MigrationPolicy, Allowed>> = {
  bidirectional: { upgrades: true, downgrades: true, newHosted: true },
  upgrade: { upgrades: true, downgrades: false, newHosted: true },
  downgrade: { upgrades: false, downgrades: true, newHosted: true },
  disabled: { upgrades: false, downgrades: false, newHosted: false },
};

/** What becomes of the group's kind. */
export function migrationOf(phase: GroupPhase, event: MigrationEvent, policy: MigrationPolicy): Migration {
  const migration = table[event][phase];
  if (event === "consumerJoins" && migration !== "stays" && !allowed[policy].upgrades) return "refused";
  if (migration === "downgrades" && !allowed[policy].downgrades) return "refused";
  return migration;
}

/** Whether a group of kind consumer takes members of the classic protocol that it does not have yet. */
export function mayHostNew(policy: MigrationPolicy): boolean {
  return allowed[policy].newHosted;
}
