/**
 * A consumer group of one member that reads a topic, checks what it reads, and commits how far it is. What it was told to be
 * committed never goes back, whatever happens to the server.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { HttpConnection } from "../../../bench/http-connection.ts";
import type { WireClient } from "../../../bench/kafka/wire-client.ts";
import type { Ledger } from "./ledger.ts";
import { endsOf, fetchRecords } from "./reader.ts";
import type { SoakTopic } from "./topics.ts";

type Deps = { readonly ledgers: readonly Ledger[]; readonly problems: (line: string) => void };
type Membership = { readonly generation: number; readonly memberId: string };

const sessionMs = 10_000;
const joinVersion = 7;
const syncVersion = 5;
const commitVersion = 8;
const fetchVersion = 7;

export class Follower {
  readonly #group: string;
  readonly #topic: SoakTopic;
  readonly #deps: Deps;
  /** By partition: the highest commit that was acknowledged, and that was asked for. */
  readonly #committed: number[];
  readonly #asked: number[];
  readonly #positions: number[];
  #commits = 0;

  constructor(group: string, topic: SoakTopic, deps: Deps) {
    this.#group = group;
    this.#topic = topic;
    this.#deps = deps;
    const zeros = Array.from({ length: topic.partitions }, () => 0);
    this.#committed = [...zeros];
    this.#asked = [...zeros];
    this.#positions = [...zeros];
  }

  /** Commits that were acknowledged. */
  get commits(): number {
    return this.#commits;
  }

  /** Joins, goes on where the group is, reads and commits, until `isOver`. Throws when the connection ends. */
  async run(
    client: WireClient,
    connection: HttpConnection,
    pauseMs: number,
    isOver: () => boolean,
  ): Promise<void> {
    await this.goOn(client);
    let membership = await this.#join(client);
    while (!isOver()) {
      for (let partition = 0; partition < this.#topic.partitions && !isOver(); partition++)
        await this.#read(connection, partition);
      if (!(await this.#commit(client, membership))) membership = await this.#join(client);
      await sleep(pauseMs);
    }
  }

  /** Asks where the group is, and holds it to what was said before. */
  async goOn(client: WireClient): Promise<void> {
    const partitionIndexes = this.#positions.map((_, partition) => partition);
    const { topics, errorCode } = await client.ask("offsetFetch", fetchVersion, {
      groupId: this.#group,
      topics: [{ name: this.#topic.name, partitionIndexes }],
      requireStable: false,
    });
    if (errorCode !== 0) throw new Error(`the offsets of ${this.#group} were answered with ${errorCode}`);
    for (const { partitionIndex, committedOffset, errorCode: refused } of topics[0]?.partitions ?? []) {
      if (refused !== 0) throw new Error(`${this.#group}, partition ${partitionIndex}: ${refused}`);
      const offset = Math.max(0, Number(committedOffset));
      const [low = 0, high = 0] = [this.#committed[partitionIndex], this.#asked[partitionIndex]];
      if (offset < low || offset > high)
        this.#deps.problems(
          `${this.#group}: partition ${partitionIndex} is at ${offset}, committed were ${low} to ${high}`,
        );
      this.#positions[partitionIndex] = offset;
    }
  }

  async #read(connection: HttpConnection, partition: number): Promise<void> {
    const { name } = this.#topic;
    const read = await fetchRecords(connection, name, partition, this.#positions[partition] ?? 0);
    if (read.kind === "outside") {
      this.#positions[partition] = (await endsOf(connection, name, partition)).start;
      return;
    }
    for (const record of read.records) this.#deps.ledgers[partition]?.see(record);
    this.#positions[partition] = Math.max(read.next, this.#positions[partition] ?? 0);
  }

  /** A static member: the next life takes its place at once. */
  async #join(client: WireClient): Promise<Membership> {
    const groupInstanceId = `${this.#group}-member`;
    const protocol = { protocolType: "consumer", protocolName: "range" };
    for (;;) {
      const { errorCode, generationId, memberId } = await client.ask("joinGroup", joinVersion, {
        groupId: this.#group,
        sessionTimeoutMs: sessionMs,
        rebalanceTimeoutMs: sessionMs,
        memberId: "",
        groupInstanceId,
        protocolType: "consumer",
        protocols: [{ name: "range", metadata: new Uint8Array(0) }],
      });
      if (errorCode === 0) {
        const synced = await client.ask("syncGroup", syncVersion, {
          groupId: this.#group,
          generationId,
          memberId,
          groupInstanceId,
          ...protocol,
          assignments: [{ memberId, assignment: new Uint8Array(1) }],
        });
        if (synced.errorCode === 0) return { generation: generationId, memberId };
      }
      await sleep(200);
    }
  }

  /** False when another generation has come. */
  async #commit(client: WireClient, { generation, memberId }: Membership): Promise<boolean> {
    const positions = [...this.#positions];
    for (const [partition, position] of positions.entries())
      this.#asked[partition] = Math.max(position, this.#asked[partition] ?? 0);
    const { topics } = await client.ask("offsetCommit", commitVersion, {
      groupId: this.#group,
      generationIdOrMemberEpoch: generation,
      memberId,
      groupInstanceId: `${this.#group}-member`,
      topics: [
        {
          name: this.#topic.name,
          partitions: positions.map((committedOffset, partitionIndex) => ({
            partitionIndex,
            committedOffset,
            committedMetadata: null,
          })),
        },
      ],
    });
    const partitions = topics[0]?.partitions ?? [];
    for (const { partitionIndex, errorCode } of partitions)
      if (errorCode === 0) {
        this.#commits++;
        this.#committed[partitionIndex] = positions[partitionIndex] ?? 0;
      }
    return partitions.every(({ errorCode }) => errorCode === 0);
  }
}
