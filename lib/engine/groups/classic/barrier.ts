/**
 * What is due in a group of kind classic, by what was read: pure. While it prepares, all that live have to join for the next
 * generation; who is late is left out. Later it looks for members that are gone.
 */
import type { ClassicMember, GroupState, RosterMember } from "../../../format/items/index.ts";
import type { Roster } from "../generation.ts";

/** What was read and observed, expired members left out. */
export type Sight = {
  readonly state: GroupState;
  /** Of the last complete generation. */
  readonly roster: Roster;
  readonly members: ReadonlyMap<string, ClassicMember>;
  /** How long this process has seen the group in its phase, ms. */
  readonly inPhaseMs: number;
  /** Kafka's group.initial.rebalance.delay.ms. */
  readonly initialDelayMs: number;
};

/** A generation that can begin. */
export type NextGeneration = {
  readonly protocolType: string;
  readonly protocol: string;
  /** Its member key. */
  readonly leader: string;
  readonly members: readonly RosterMember[];
  /** Members that did not come back in time, by key. */
  readonly left: readonly string[];
};

/** What is due. */
export type Due =
  | { readonly kind: "nothing" }
  | { readonly kind: "lastGoes" }
  | { readonly kind: "goes" }
  | { readonly kind: "syncLate" }
  | { readonly kind: "full"; readonly next: NextGeneration };

/** What is due, by what was seen. */
export function dueOf(sight: Sight): Due {
  const { state, members, roster } = sight;
  if (members.size === 0) return { kind: "lastGoes" };
  if (state.phase === "preparing") return preparingDue(sight);
  const isGone = [...roster].some(([key, { memberId }]) => members.get(key)?.memberId !== memberId);
  if (isGone) return { kind: "goes" };
  if (state.phase === "completing" && isLate(sight)) return { kind: "syncLate" };
  return { kind: "nothing" };
}

/** The longest time that a member may take to come back. */
function isLate({ inPhaseMs, members }: Sight): boolean {
  return inPhaseMs > Math.max(...[...members.values()].map(({ rebalanceMs }) => rebalanceMs));
}

function preparingDue(sight: Sight): Due {
  const { state, members, roster } = sight;
  // From empty: others that start at the same time are to be in the first generation.
  if (roster.size === 0 && sight.inPhaseMs < sight.initialDelayMs) return { kind: "nothing" };
  const joined = [...members].filter(([, member]) => member.joined > state.generation);
  if (joined.length < members.size && !isLate(sight)) return { kind: "nothing" };
  if (joined.length === 0)
    return [...members.values()].some(isStatic) ? { kind: "nothing" } : { kind: "lastGoes" };
  return { kind: "full", next: nextGeneration(sight, joined) };
}

function isStatic({ instanceId }: ClassicMember): boolean {
  return instanceId !== undefined;
}

function nextGeneration({ state, members }: Sight, joined: [string, ClassicMember][]): NextGeneration {
  // A static member is expected back: it keeps its share until its session is over (KIP-345).
  const kept = [...members].filter(([, member]) => isStatic(member) && isBehind(state, member));
  const present = [...joined, ...kept].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const protocol = choose(
    joined.map(([, member]) => member),
    kept.map(([, member]) => member),
  );
  const chosen = present.flatMap(([key, { memberId, instanceId, protocols }]): RosterMember[] => {
    const metadata = protocols.find(({ name }) => name === protocol)?.metadata;
    return metadata ? [{ key, memberId, ...(instanceId !== undefined && { instanceId }), metadata }] : [];
  });
  const inRoster = new Set(chosen.map(({ key }) => key));
  const candidates = joined.map(([key]) => key).filter(key => inRoster.has(key));
  return {
    protocolType: joined[0]?.[1].protocolType ?? "",
    protocol,
    leader: candidates.find(key => key === state.leader) ?? candidates[0] ?? "",
    members: chosen,
    left: [...members.keys()].filter(key => !inRoster.has(key) && !joined.some(([each]) => each === key)),
  };
}

/** It was in a generation and has not come back; 0 is one that never was. */
function isBehind({ generation }: GroupState, { joined }: ClassicMember): boolean {
  return joined > 0 && joined <= generation;
}

/**
 * The protocol that most prefer among those that all know, as Kafka votes; the one that most know when there is none that all
 * know: two that fit no one else were let in by two processes at once. Those who came have the word before those who are
 * expected back.
 */
function choose(joined: readonly ClassicMember[], kept: readonly ClassicMember[]): string {
  const byJoined = bestKnown(new Set(joined.flatMap(namesOf)), joined);
  const candidates = bestKnown(byJoined, kept);
  const votes = new Map<string, number>();
  for (const member of [...joined, ...kept]) {
    const vote = namesOf(member).find(name => candidates.has(name));
    if (vote !== undefined) votes.set(vote, (votes.get(vote) ?? 0) + 1);
  }
  const [winner] = [...votes].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return winner?.[0] ?? "";
}

function namesOf({ protocols }: ClassicMember): readonly string[] {
  return protocols.map(({ name }) => name);
}

/** Those of the names that most of the members know. */
function bestKnown(names: ReadonlySet<string>, members: readonly ClassicMember[]): ReadonlySet<string> {
  const knowing = new Map(
    [...names].map(name => [name, members.filter(member => namesOf(member).includes(name)).length]),
  );
  const most = Math.max(...knowing.values());
  return new Set([...knowing].filter(([, count]) => count === most).map(([name]) => name));
}
