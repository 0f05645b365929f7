/** What Kafka calls the states and kinds of groups. */
import type { GroupKind, GroupPhase } from "../../format/items/index.ts";

/** The states that Kafka's tools print. */
export const groupStateNames: Readonly<Record<GroupPhase, string>> = {
  empty: "Empty",
  preparing: "PreparingRebalance",
  completing: "CompletingRebalance",
  stable: "Stable",
  assigned: "Stable",
  dead: "Dead",
};

/** KIP-848's group types. */
export const groupTypeNames: Readonly<Record<GroupKind, string>> = {
  classic: "classic",
  consumer: "consumer",
};
