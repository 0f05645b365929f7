/** What every trial of groups begins with and asks: a topic of its own, a crew, and who owns and read what. */
import { poll } from "../../emulators/poll.ts";
import { appendByRest, createByRest } from "../rest.ts";
import type { RunningServer } from "../server.ts";
import { committedOffsets } from "./ask.ts";
import type { MemberClient } from "./clients.ts";
import { Crew, type Member, type MemberSpec } from "./member.ts";

/** Longer than any trial: a member with it leaves by being asked, and never because it is late. */
export const longSessionMs = 60_000;
/** Of a member that will be killed. */
export const shortSessionMs = 6_000;

/** Rebalances are heard of by it. */
const heartbeatMs = 500;
const partitions = 6;
/** Only against hanging. */
const commitMsMax = 30_000;

/** A topic, its group, and the members that come and go. */
export class GroupTrial {
  readonly crew: Crew;
  readonly #server: RunningServer;
  readonly #client: MemberClient;
  readonly #topic: string;
  readonly #group: string;
  #written: readonly string[] = [];

  private constructor(
    { server, client }: { readonly server: RunningServer; readonly client: MemberClient },
    { name, spec }: { readonly name: string; readonly spec: Partial<MemberSpec> },
  ) {
    this.#server = server;
    this.#client = client;
    this.#topic = name;
    this.#group = `${name}-group`;
    this.crew = new Crew(
      { client },
      {
        bootstrap: server.bootstrap,
        group: this.#group,
        topic: this.#topic,
        sessionMs: longSessionMs,
        heartbeatMs,
        strategy: "default",
        protocol: "classic",
        instance: null,
        ...spec,
      },
    );
  }

  /** Makes the topic. Close the crew in the end. */
  static async start(
    deps: { readonly server: RunningServer; readonly client: MemberClient },
    options: { readonly name: string; readonly spec: Partial<MemberSpec> },
  ): Promise<GroupTrial> {
    await createByRest(deps.server.url, options.name, partitions);
    return new GroupTrial(deps, options);
  }

  /**
   * Waits until these members together own every partition once, and each of them its full share: with KIP-848 and with the
   * cooperative protocol partitions move one after the other, and what moves while it is read comes twice.
   */
  async balanced(members: readonly Member[]): Promise<void> {
    await this.crew.until("every partition is owned once", () => {
      const owned = members.flatMap(member => member.owned);
      const share = Math.floor(partitions / members.length);
      const isShared = members.every(member => member.owned.length >= share);
      return isShared && owned.length === partitions && new Set(owned).size === partitions;
    });
  }

  /**
   * Appends to every partition; each record is read by one of these members, and by one only. Then they commit. What a member
   * had asked for before it gave a partition up it may give out late, once, where the client does that.
   */
  async readOnce(members: readonly Member[]): Promise<void> {
    const before = new Map(members.map(member => [member, member.read.length]));
    const places = await appendByRest(this.#server.url, this.#topic, { partitions, each: 20 });
    this.#written = [...this.#written, ...places];
    await this.#readExactly(places, members, before);
    await this.committed(members);
  }

  /** Appends to every partition, and nobody has to read it. */
  async append(): Promise<void> {
    const places = await appendByRest(this.#server.url, this.#topic, { partitions, each: 20 });
    this.#written = [...this.#written, ...places];
  }

  /** A member that reads everything that was ever appended, from the beginning, and once. */
  async readsAll(member: Member): Promise<void> {
    await this.#readExactly(this.#written, [member], new Map());
  }

  /** Has the members commit, and asks the server whether everything that was appended is committed. */
  async committed(members: readonly Member[]): Promise<void> {
    const count = (member: Member): number => member.events.filter(each => each.event === "committed").length;
    const before = members.map(count);
    for (const member of members) member.commit();
    if (!this.#client.commitsItself)
      await this.crew.until("committed", () =>
        members.every((member, i) => count(member) > (before[i] ?? 0)),
      );
    await this.#areCommitted();
  }

  async #areCommitted(): Promise<void> {
    const ends = new Map<number, number>();
    for (const place of this.#written) {
      const [partition = 0, offset = 0] = place.split(":").map(Number);
      ends.set(partition, Math.max(ends.get(partition) ?? 0, offset + 1));
    }
    const question = { group: this.#group, topic: this.#topic, partitions };
    const areThere = async (): Promise<true | undefined> => {
      const found = await committedOffsets(this.#server.bootstrap, question);
      return [...ends].every(([partition, end]) => found.get(partition) === end) ? true : undefined;
    };
    // Only one that commits by itself is still about to: all others were answered.
    if (this.#client.commitsItself) await poll("its commits", commitMsMax, areThere);
    else if (!(await areThere()))
      throw new Error(`answered a commit that is not there: ${this.crew.describe()}`);
  }

  async #readExactly(
    places: readonly string[],
    members: readonly Member[],
    before: ReadonlyMap<Member, number>,
  ): Promise<void> {
    const read = (): readonly string[] =>
      members.flatMap(member => member.read.slice(before.get(member) ?? 0));
    await this.crew.until("everything is read", () => read().length >= places.length);
    const expected = [...places].sort().join();
    const found = [...read()].sort().join();
    if (found !== expected)
      throw new Error(`read ${found.slice(0, 200)}, not ${expected.slice(0, 200)}: ${this.crew.describe()}`);
    const twice = members.find(({ late }) => new Set(late).size < late.length);
    if (twice !== undefined) throw new Error(`${twice.name} gave out late twice: ${[...twice.late].sort()}`);
  }
}
