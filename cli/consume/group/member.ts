/**
 * This process as a member of a group, call by call:
 *
 *   out --read (epoch 0)--> in --read, beat--> in --leave--> out
 *    ^                       |
 *    +------- fenced --------+
 *
 * What was printed is owed to the group until a call has committed it. A call whose answer is lost is sent again as it
 * was: the server takes it twice without harm. Calls never overlap: each speaks for the epoch that the one before gave.
 */
import { setTimeout as wait } from "node:timers/promises";
import { messageOf } from "../../../lib/std/index.ts";
import { CommitUnsure, ServerRefused } from "../../errors.ts";
import { isPassing, type Outage } from "../../outage.ts";
import type { GroupPoll, Polled } from "./poll.ts";
import { rebalanceLine } from "./rebalance.ts";

export type MemberDeps = {
  readonly poll: (asked: GroupPoll, signal?: AbortSignal) => Promise<Polled>;
  readonly outage: Outage;
  readonly tell: (text: string) => void;
};

export type MemberOptions = {
  readonly group: string;
  readonly topic: string;
  readonly memberId: string;
  readonly reset: GroupPoll["reset"];
};

/** The server's number of "the member is out of its group" (lib/rest/errors.ts). */
const memberFencedCode = 40919;
/** How long the server may wait for records. Partitions that came with the call itself are told with its answer: soon. */
const waitMs = 5_000;
const pauseMs = { first: 100, max: 2_000 } as const;
/** Tries to say goodbye; with the pauses between them about three seconds of an outage. */
const leavesMax = 6;

export class Member {
  readonly #deps: MemberDeps;
  readonly #options: MemberOptions;
  /** 0: out of the group. */
  #epoch = 0;
  #partitions: readonly number[] | undefined;
  /** By partition, what was printed and not yet committed: the next offset to read. */
  readonly #owed = new Map<number, number>();

  constructor(deps: MemberDeps, options: MemberOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** Whatever is before `next` was printed. */
  owe(partition: number, next: number): void {
    this.#owed.set(partition, next);
  }

  /** Commits what is owed, joins or stays, and brings what comes next. Waits out an outage; throws what does not pass, or when aborted. */
  async read(signal: AbortSignal): Promise<Polled> {
    for (let pause: number = pauseMs.first; ; pause = Math.min(pause * 2, pauseMs.max)) {
      const during = this.#deps.outage.current;
      try {
        const polled = await this.#readOnce(signal);
        this.#deps.outage.end(during);
        return polled;
      } catch (error) {
        if (signal.aborted) throw error;
        if (this.#isIn && isFenced(error)) {
          this.#beOut();
          continue;
        }
        if (!isPassing(error)) throw error;
        this.#deps.outage.begin(during, error);
      }
      await wait(pause, undefined, { signal });
    }
  }

  /** Says that this member lives and is still at work. What fails here the next read finds out, too. */
  async beat(): Promise<void> {
    if (!this.#isIn) return;
    try {
      const { epoch } = await this.#deps.poll(this.#ask("heartbeat", 0, new Map()));
      this.#epoch = epoch;
    } catch (error) {
      if (!isPassing(error) && !isFenced(error)) throw error;
    }
  }

  /** Commits what is owed and goes. Throws CommitUnsure when nobody knows whether it was taken. */
  async leave(): Promise<void> {
    if (!this.#isIn) return;
    for (let tries = 1, pause: number = pauseMs.first; ; tries++, pause *= 2) {
      try {
        this.#settle(await this.#deps.poll(this.#ask("leave", 0, this.#owed)));
        this.#epoch = 0;
        return;
      } catch (error) {
        if (isFenced(error) && this.#owed.size === 0) return;
        if (!isPassing(error) || tries === leavesMax) throw this.#unsure(error);
      }
      await wait(pause);
    }
  }

  get #isIn(): boolean {
    return this.#epoch > 0;
  }

  async #readOnce(signal: AbortSignal): Promise<Polled> {
    // A join is not broken off and does not wait: nobody could leave without the epoch that it answers with.
    const polled = this.#isIn
      ? await this.#deps.poll(this.#ask("read", waitMs, this.#owed), signal)
      : await this.#deps.poll(this.#ask("read", 0, new Map()));
    this.#settle(polled);
    this.#epoch = polled.epoch;
    this.#follow(polled.partitions);
    return polled;
  }

  #ask(action: GroupPoll["action"], forMs: number, commits: ReadonlyMap<number, number>): GroupPoll {
    const { topic, memberId, reset } = this.#options;
    return { topic, memberId, reset, epoch: this.#epoch, action, waitMs: forMs, commits };
  }

  #settle({ failures }: Polled): void {
    this.#owed.clear();
    for (const { partition, message } of failures)
      this.#tell(
        `what was printed of partition ${partition} is not committed and may come again: ${message}`,
      );
  }

  #follow(partitions: readonly number[]): void {
    const isFirst = this.#partitions === undefined;
    const line = rebalanceLine(this.#partitions ?? [], partitions);
    if (line !== undefined) this.#tell(line);
    else if (isFirst) this.#tell("no partition yet: other members have them");
    this.#partitions = partitions;
  }

  #beOut(): void {
    this.#tell("this member was taken out, joining anew: what was printed last may come again");
    this.#epoch = 0;
    this.#partitions = undefined;
    // Another member may be beyond it by now: committed by us it would go back.
    this.#owed.clear();
  }

  #unsure(error: unknown): Error {
    const { group } = this.#options;
    return new CommitUnsure(
      this.#owed.size === 0
        ? `group ${group} could not be told that this member leaves, it will expire there: ${messageOf(error)}`
        : `what was printed last may not be committed in group ${group}, and come again: ${messageOf(error)}`,
    );
  }

  #tell(text: string): void {
    this.#deps.tell(`group ${this.#options.group}: ${text}`);
  }
}

function isFenced(error: unknown): boolean {
  return error instanceof ServerRefused && error.code === memberFencedCode;
}
