/**
 * The items of groups: read, and changed conditionally. Every call is repeated until the deadline where that is safe: a change
 * on a version happens once, and who is refused by its own change finds on the state that is there what it wanted.
 * Failing stores become GroupUnavailable: a read that failed says nothing of a group.
 */
import {
  type ClassicMember,
  type ConsumerMember,
  type GroupState,
  groupIndexKey,
  groupPartitionKey,
  groupStateAttributes,
  groupStateKey,
  groupUnchanged,
  isConsumerMember,
  isHosted,
  joinPieces,
  memberKeyIn,
  memberSortKeys,
  type PiecesName,
  pieceKeys,
  piecesOf,
  readClassicMember,
  readConsumerMember,
  readGroupState,
} from "../../format/items/index.ts";
import {
  type Attributes,
  type Condition,
  type Item,
  type ItemKey,
  OutcomeUnknown,
  type Update,
  type UpdateResult,
} from "../../ports/index.ts";
import { messageOf } from "../../std/index.ts";
import { isPassing, repeating } from "../retry.ts";
import type { EngineDeps, EngineOptions } from "../types.ts";
import { GroupUnavailable } from "./errors.ts";
import { classicOf } from "./migration/forms.ts";

/** A change of a group's state: made, or refused by what is there now. */
export type StateChange =
  | { readonly kind: "changed"; readonly state: GroupState }
  | { readonly kind: "refused"; readonly current: GroupState | undefined };

/** Members by key: as a group of kind classic writes them, and as one of kind consumer does. */
export type AllMembers = {
  readonly classics: ReadonlyMap<string, ClassicMember>;
  readonly consumers: ReadonlyMap<string, ConsumerMember>;
};

export class GroupStore {
  readonly #deps: EngineDeps;
  readonly #options: EngineOptions;

  constructor(deps: EngineDeps, options: EngineOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** The state; undefined when there never was a group of that id, or it is long gone. */
  async readState(
    group: string,
    { consistent }: { readonly consistent: boolean },
  ): Promise<GroupState | undefined> {
    const attributes = await this.get(groupStateKey(group), consistent);
    return attributes && readGroupState(group, attributes);
  }

  /** Changes the state if it still is what was read. The version is counted here. */
  async changeState(
    group: string,
    before: GroupState | undefined,
    after: Omit<GroupState, "version">,
  ): Promise<StateChange> {
    const isNew = before === undefined || before.phase === "dead";
    // Listed first: a group that exists must be found, one that is listed need not exist.
    if (isNew) await this.list(group);
    const state: GroupState = { ...after, version: (before?.version ?? 0) + 1 };
    const item = { ...groupStateKey(group), attributes: groupStateAttributes(state) };
    const result = await this.put(item, groupUnchanged(before));
    // And again: who removes what is left of the one before may have taken it off the list meanwhile.
    if (isNew) await this.list(group);
    if (result.kind === "applied") return { kind: "changed", state };
    return { kind: "refused", current: result.current && readGroupState(group, result.current) };
  }

  /** Puts the group on the list, where it may be already. */
  async list(group: string): Promise<void> {
    await this.put({ ...groupIndexKey(group), attributes: {} });
  }

  /** Every member, in either form, as of now. */
  async readAllMembers(group: string): Promise<AllMembers> {
    const classics = new Map<string, ClassicMember>();
    const consumers = new Map<string, ConsumerMember>();
    for (const { sk, attributes } of await this.query(groupPartitionKey(group), memberSortKeys))
      if (isConsumerMember(attributes)) consumers.set(memberKeyIn(sk), readConsumerMember(sk, attributes));
      else classics.set(memberKeyIn(sk), readClassicMember(sk, attributes));
    return { classics, consumers };
  }

  /** Every member of a group of kind classic, by key, as of now: one that was hosted has still to join. */
  async readMembers(group: string): Promise<ReadonlyMap<string, ClassicMember>> {
    const { classics, consumers } = await this.readAllMembers(group);
    const members = new Map(classics);
    for (const [key, member] of consumers) if (isHosted(member)) members.set(key, classicOf(member));
    return members;
  }

  /** Every member of kind consumer, by key, as of now, hosted ones among them. */
  async readConsumers(group: string): Promise<ReadonlyMap<string, ConsumerMember>> {
    return (await this.readAllMembers(group)).consumers;
  }

  /** Stores bytes that the state of a generation is to name. */
  async writePieces(group: string, generation: number, bytes: Uint8Array): Promise<PiecesName> {
    const random = Buffer.from(this.#deps.random.bytes(12)).toString("base64url");
    const { name, items } = piecesOf(group, generation, random, bytes);
    await Promise.all(items.map(item => this.put(item)));
    return name;
  }

  /** The bytes of a name; undefined when they are gone: the group has moved on. */
  async readPieces(group: string, name: PiecesName): Promise<Uint8Array | undefined> {
    const pieces = await Promise.all(pieceKeys(group, name).map(key => this.get(key, true)));
    return pieces.every(piece => piece !== undefined) ? joinPieces(pieces) : undefined;
  }

  /** One item. */
  get(key: ItemKey, consistent: boolean): Promise<Attributes | undefined> {
    return this.#repeat(() => this.#deps.items.get(key, { consistent }));
  }

  /** Every item of a range, strongly. */
  query(pk: string, { from, to }: { readonly from: string; readonly to: string }): Promise<readonly Item[]> {
    return this.#repeat(async () => {
      const items: Item[] = [];
      for (let next: string | undefined = from; next !== undefined; ) {
        const at: string = next;
        const page = await this.#deps.items.query({ pk, from: at, to, consistent: true });
        items.push(...page.items);
        next = page.next;
      }
      return items;
    });
  }

  /** A put that may be made twice: unconditional, or one that finds out from a refusal that it was made. */
  put(item: Item, condition?: Condition, onDoubt?: () => void): Promise<UpdateResult> {
    return this.#repeat(() => this.#deps.items.put(item, condition), onDoubt);
  }

  /** An update that may be made twice. `onDoubt` is called when an attempt is not answered: it may have been the one. */
  update(key: ItemKey, update: Update, condition?: Condition, onDoubt?: () => void): Promise<UpdateResult> {
    return this.#repeat(() => this.#deps.items.update(key, update, condition), onDoubt);
  }

  /** Deletes the item if the condition holds; a second time changes nothing. */
  delete(key: ItemKey, condition?: Condition): Promise<UpdateResult> {
    return this.#repeat(() => this.#deps.items.delete(key, condition));
  }

  async #repeat<T>(work: () => Promise<T>, onDoubt: () => void = () => undefined): Promise<T> {
    const deadlineMs = this.#deps.clock.monotonicMs() + this.#options.requestDeadlineMs;
    const mayRepeat = (error: unknown): boolean => {
      if (error instanceof OutcomeUnknown) onDoubt();
      return isPassing(error);
    };
    try {
      return await repeating(this.#deps, deadlineMs, work, mayRepeat);
    } catch (error) {
      if (isPassing(error)) throw new GroupUnavailable(`the group could not be reached: ${messageOf(error)}`);
      throw error;
    }
  }
}
