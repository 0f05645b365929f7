/**
 * A consumer group: `G#<group>` / `state`. The only place where a group changes: phase, generation, and the names of the
 * roster and the assignment that belong to it, by one conditional update on the version.
 *
 *   empty --> preparing --> completing --> stable     of kind classic; lib/engine/groups/classic has the table
 *   empty <-> assigned                                of kind consumer
 *   stable, preparing --> assigned --> preparing      from one kind to the other: lib/engine/groups/migration has the table
 *   dead: deleted. The generation stays, so that nothing old lands in a group made anew.
 *
 * Attributes: v (format) kind phase generation born version sinceMs; protocolType protocol leader; roster rosterPieces rosterGeneration
 * assignment assignmentPieces assignmentGeneration; statics (1, or absent); inputs assignor.
 */
import type { Attributes, Condition, ItemKey } from "../../ports/index.ts";
import { MalformedBytes } from "../../std/index.ts";
import { checkVersion, located } from "../levels/index.ts";

/** stored: never change or reuse. */
const groupStateVersion = 1;
/** Of kind consumer with members that are still written as classic ones: an older release would not see them. */
const adoptingStateVersion = 2;

const kinds = ["classic", "consumer"] as const;
const phases = ["empty", "preparing", "completing", "stable", "assigned", "dead"] as const;

/** Who assigns: the group's leader (Kafka's classic protocol), or this log (KIP-848). */
export type GroupKind = (typeof kinds)[number];
export type GroupPhase = (typeof phases)[number];

/** Immutable bytes of a group, in pieces, by their name. */
export type PiecesName = {
  readonly generation: number;
  /** 16 random characters: two that try to write the same generation do not mix. */
  readonly name: string;
  readonly count: number;
};

/** A group as it is stored. */
export type GroupState = {
  readonly kind: GroupKind;
  readonly phase: GroupPhase;
  /** Rises for as long as the item exists; the group epoch of kind consumer. */
  readonly generation: number;
  /** Offsets that were committed in generations below it belong to a group of this id that was deleted. */
  readonly born: number;
  /** Rises by one with every change: the expectation of the next. */
  readonly version: number;
  /** When the phase was entered, by the wall clock of who did it, ms: for reports and for expiry after days. */
  readonly sinceMs: number;
  /** What members call what they do: "consumer", "connect", ... Undefined while nobody has joined. */
  readonly protocolType?: string;
  readonly protocol?: string;
  /** The member key of the leader. */
  readonly leader?: string;
  /** Kind consumer: of the classic generation before, until all of its members are adopted. */
  readonly roster?: PiecesName;
  readonly assignment?: PiecesName;
  /** The roster has a static member: who comes back in its place owns what it owned, in the same generation. */
  readonly hasStatics?: boolean;
  /** Kind consumer: a digest of all that the assignment was made from. */
  readonly inputs?: string;
  /** Kind consumer: the assignor that made it. */
  readonly assignor?: string;
};

/** The partition key of everything that belongs to a group. */
export function groupPartitionKey(group: string): string {
  return `G#${group}`;
}

/** Where the state of a group lies. */
export function groupStateKey(group: string): ItemKey {
  return { pk: groupPartitionKey(group), sk: "state" };
}

/** A group's state as it is stored. */
export function groupStateAttributes(state: GroupState): Attributes {
  const { roster, assignment, hasStatics, ...flat } = state;
  return {
    v: isAdopting(state) ? adoptingStateVersion : groupStateVersion,
    ...flat,
    ...(roster && pieces("roster", roster)),
    ...(assignment && pieces("assignment", assignment)),
    ...(hasStatics && { statics: 1 }),
  };
}

/** Whether members of the classic generation before may still be written as such. */
export function isAdopting({ kind, roster }: GroupState): boolean {
  return kind === "consumer" && roster !== undefined;
}

function pieces(attribute: string, { generation, name, count }: PiecesName): Attributes {
  return { [attribute]: name, [`${attribute}Generation`]: generation, [`${attribute}Pieces`]: count };
}

/** Holds while the group is as it was read: undefined, when there was none. */
export function groupUnchanged(before: GroupState | undefined): Condition {
  return before === undefined
    ? [{ kind: "itemAbsent" }]
    : [{ kind: "equals", name: "version", value: before.version }];
}

/** Reads a group's state. Throws MalformedBytes, and FormatNewer. */
export function readGroupState(group: string, attributes: Attributes): GroupState {
  const number = (name: string): number => {
    const value = attributes[name];
    if (typeof value !== "number") throw new MalformedBytes(`group ${group}: ${name} is no number`);
    return value;
  };
  const oneOf = <T extends string>(name: string, known: readonly T[]): T => {
    const found = known.find(each => each === attributes[name]);
    if (found === undefined) throw new MalformedBytes(`group ${group}: ${name} "${attributes[name]}"`);
    return found;
  };
  located(
    () => `group ${group}`,
    () => checkVersion("groupState", attributes["v"]),
  );
  const text = (name: string): string | undefined => {
    const value = attributes[name];
    if (value !== undefined && typeof value !== "string")
      throw new MalformedBytes(`group ${group}: ${name} is no text`);
    return value;
  };
  const piecesOf = (attribute: string): PiecesName | undefined => {
    const name = text(attribute);
    if (name === undefined) return undefined;
    return { name, generation: number(`${attribute}Generation`), count: number(`${attribute}Pieces`) };
  };
  const protocolType = text("protocolType");
  const protocol = text("protocol");
  const leader = text("leader");
  const roster = piecesOf("roster");
  const assignment = piecesOf("assignment");
  const inputs = text("inputs");
  const assignor = text("assignor");
  return {
    kind: oneOf("kind", kinds),
    phase: oneOf("phase", phases),
    generation: number("generation"),
    born: number("born"),
    version: number("version"),
    sinceMs: number("sinceMs"),
    ...(protocolType !== undefined && { protocolType }),
    ...(protocol !== undefined && { protocol }),
    ...(leader !== undefined && { leader }),
    ...(roster && { roster }),
    ...(assignment && { assignment }),
    ...(attributes["statics"] === 1 && { hasStatics: true }),
    ...(inputs !== undefined && { inputs }),
    ...(assignor !== undefined && { assignor }),
  };
}
