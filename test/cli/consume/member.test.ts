/**
 * A member of a group against a server that answers as it is told.
 */
import { describe, expect, it } from "vitest";
import { Member } from "../../../cli/consume/group/member.ts";
import type { GroupPoll, Polled } from "../../../cli/consume/group/poll.ts";
import { AnswerLost, CommitUnsure, ServerRefused } from "../../../cli/errors.ts";
import { Outage } from "../../../cli/outage.ts";

const never = new AbortController().signal;

describe("a member of a group", () => {
  it("joins without waiting, and commits with the next call what was printed", async () => {
    const { member, asked } = aMember([polled({ epoch: 3 }), polled({ epoch: 3 }), polled({ epoch: 3 })]);
    await member.read(never);
    member.owe(1, 7);
    await member.read(never);
    await member.read(never);
    expect(asked.map(({ epoch, commits, action }) => [action, epoch, [...commits]])).toEqual([
      ["read", 0, []],
      ["read", 3, [[1, 7]]],
      ["read", 3, []],
    ]);
    expect(asked.map(({ waitMs }) => waitMs > 0)).toEqual([false, true, true]);
  });

  it("tells what came and went", async () => {
    const { member, told } = aMember([
      polled({ partitions: [] }),
      polled({ partitions: [0, 1, 2] }),
      polled({ partitions: [0, 1, 2] }),
      polled({ partitions: [2, 3] }),
    ]);
    for (let i = 0; i < 4; i++) await member.read(never);
    expect(told).toEqual([
      "group g: no partition yet: other members have them",
      "group g: partitions 0-2 came: now 0-2",
      "group g: partition 3 came, partitions 0-1 went: now 2-3",
    ]);
  });

  it("sends a call whose answer was lost again as it was", async () => {
    const { member, asked, told } = aMember([
      polled({ epoch: 2 }),
      new AnswerLost("gone"),
      polled({ epoch: 3 }),
    ]);
    await member.read(never);
    member.owe(0, 5);
    await member.read(never);
    expect(asked[2]).toEqual(asked[1]);
    expect(told.slice(1)).toEqual(["gone; trying again", "the server answers again"]);
  });

  it("joins anew when it was taken out, and commits nothing from before", async () => {
    const { member, asked, told } = aMember([
      polled({ epoch: 2 }),
      fenced(),
      polled({ epoch: 5 }),
      polled({}),
    ]);
    await member.read(never);
    member.owe(0, 5);
    await member.read(never);
    await member.read(never);
    expect(asked.map(({ epoch, commits }) => [epoch, [...commits]])).toEqual([
      [0, []],
      [2, [[0, 5]]],
      [0, []],
      [5, []],
    ]);
    expect(told).toEqual([
      "group g: partition 0 came: now 0",
      "group g: this member was taken out, joining anew: what was printed last may come again",
      "group g: partition 0 came: now 0",
    ]);
  });

  it("takes the epoch of a heartbeat, and keeps what it owes", async () => {
    const { member, asked } = aMember([polled({ epoch: 2 }), polled({ epoch: 4 }), polled({ epoch: 4 })]);
    await member.read(never);
    member.owe(0, 5);
    await member.beat();
    await member.read(never);
    expect(asked.map(({ action, epoch, commits }) => [action, epoch, [...commits]])).toEqual([
      ["read", 0, []],
      ["heartbeat", 2, []],
      ["read", 4, [[0, 5]]],
    ]);
  });

  it("leaves what it finds out at a heartbeat to the next read", async () => {
    const { member, asked } = aMember([polled({ epoch: 2 }), fenced(), new AnswerLost("gone"), polled({})]);
    await member.read(never);
    await member.beat();
    await member.beat();
    await member.read(never);
    expect(asked.map(({ action }) => action)).toEqual(["read", "heartbeat", "heartbeat", "read"]);
  });

  it("commits what it owes when it leaves, and leaves once", async () => {
    const { member, asked } = aMember([polled({ epoch: 2 }), new AnswerLost("gone"), polled({})]);
    await member.read(never);
    member.owe(0, 5);
    await member.leave();
    await member.leave();
    expect(asked.slice(1).map(({ action, epoch, commits }) => [action, epoch, [...commits]])).toEqual([
      ["leave", 2, [[0, 5]]],
      ["leave", 2, [[0, 5]]],
    ]);
  });

  it("says when nobody knows whether the last of it is committed", async () => {
    const { member } = aMember([polled({ epoch: 2 }), fenced()]);
    await member.read(never);
    member.owe(0, 5);
    await expect(member.leave()).rejects.toThrow(CommitUnsure);
    const { member: done } = aMember([polled({ epoch: 2 }), fenced()]);
    await done.read(never);
    await expect(done.leave()).resolves.toBeUndefined();
  });

  it("does not leave a group that it never was in", async () => {
    const { member, asked } = aMember([]);
    await member.leave();
    expect(asked).toEqual([]);
  });

  it("tells what the server did not commit", async () => {
    const failures = [{ partition: 4, message: "given up" }];
    const { member, told } = aMember([polled({}), polled({ failures })]);
    await member.read(never);
    await member.read(never);
    expect(told.at(-1)).toBe(
      "group g: what was printed of partition 4 is not committed and may come again: given up",
    );
  });

  it("fails with what does not pass", async () => {
    const { member } = aMember([refused(40910, 409, "other kind")]);
    await expect(member.read(never)).rejects.toThrow("other kind");
  });
});

/** A member, what it asks, and what it says. */
function aMember(answers: readonly (Polled | Error)[]) {
  const asked: GroupPoll[] = [];
  const told: string[] = [];
  const tell = (text: string): void => {
    told.push(text);
  };
  const poll = async (each: GroupPoll): Promise<Polled> => {
    const answer = answers[asked.length];
    // A copy: the member goes on with its own.
    asked.push({ ...each, commits: new Map(each.commits) });
    if (answer === undefined) throw new Error("asked once too often");
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const options = { group: "g", topic: "t", memberId: "m", reset: "latest" } as const;
  return { member: new Member({ poll, outage: new Outage({ tell }), tell }, options), asked, told };
}

function polled(facts: Partial<Polled>): Polled {
  return { epoch: 1, silenceMsMax: 45_000, partitions: [0], pieces: [], failures: [], ...facts };
}

function fenced(): ServerRefused {
  return refused(40919, 409, "out of its group");
}

function refused(code: number, status: number, message: string): ServerRefused {
  return new ServerRefused(message, { code, status, retryAfterMs: undefined });
}
