/** What Confluent's v3 paths call the states and kinds of groups. */
import type { GroupReport, ListedGroup } from "../../engine/index.ts";

/** States of Kafka's groups, as Confluent writes them. */
const states: Readonly<Record<ListedGroup["phase"], string>> = {
  empty: "EMPTY",
  preparing: "PREPARING_REBALANCE",
  completing: "COMPLETING_REBALANCE",
  stable: "STABLE",
  assigned: "STABLE",
  dead: "DEAD",
};

/** The state of a group. */
export function stateOf({ phase, isReconciling }: Pick<GroupReport, "phase" | "isReconciling">): string {
  return isReconciling ? "RECONCILING" : states[phase];
}

/** The protocol of its members. */
export function typeOf({ kind }: Pick<ListedGroup, "kind">): "CLASSIC" | "CONSUMER" {
  return kind === "classic" ? "CLASSIC" : "CONSUMER";
}
