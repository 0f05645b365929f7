import { describe, expect, it } from "vitest";
import { checkHistory, type Delivery, HistoryWriter } from "./checker/index.ts";

const group = "g";
const topic = "t";

/** Writes small histories of one group of kind consumer that reads one topic. */
class Story {
  readonly writer = new HistoryWriter({ now: () => 0 });

  asks(memberId: string, epoch: number, holds: readonly number[]): number {
    return this.writer.invoke("p", { op: "beat", group, memberId, epoch, holds });
  }

  told(id: number, memberId: string, epoch: number, partitions?: readonly number[]): this {
    this.writer.ok(id, { op: "told", memberId, epoch, ...(partitions && { partitions }) });
    return this;
  }

  /** Asks in one epoch and is told another, or as before. */
  beats(
    memberId: string,
    from: number,
    to: number,
    holds: readonly number[],
    partitions?: readonly number[],
  ) {
    return this.told(this.asks(memberId, from, holds), memberId, to, partitions);
  }

  joins(memberId: string, epoch: number, partitions: readonly number[]): this {
    return this.beats(memberId, 0, epoch, [], partitions);
  }

  asksToCommit(memberId: string, generation: number, name: string, offset: number): number {
    const offsets = [{ partition: 0, offset }];
    return this.writer.invoke("p", { op: "commit", group, memberId, generation, topic, name, offsets });
  }

  commits(memberId: string, generation: number, name: string, offset: number): this {
    this.writer.ok(this.asksToCommit(memberId, generation, name, offset), { op: "done" });
    return this;
  }

  fenced(id: number, name = "FencedMemberEpoch"): this {
    this.writer.fail(id, { name, kind: "fenced", message: name });
    return this;
  }

  /** An owner in its epoch reads where to go on; without an epoch, an observer. */
  reads(commit: string | undefined, offset: number, memberId = "", epoch = -1): this {
    const isOwner = epoch > 0;
    const asking = { group, memberId, generation: epoch, topic, partitions: [0], isOwner };
    const id = this.writer.invoke("p", { op: "committed", ...asking });
    const read = { partition: 0, offset, ...(commit !== undefined && { commit }) };
    this.writer.ok(id, { op: "committed", offsets: [read] });
    return this;
  }

  asksInstance(instance: string): number {
    return this.writer.invoke("p", { op: "instance", group, instance, verb: "poll" });
  }

  delivered(id: number, ...deliveries: readonly Delivery[]): this {
    this.writer.ok(id, { op: "delivered", deliveries });
    return this;
  }

  buries(): this {
    this.writer.ok(this.writer.invoke("p", { op: "bury", group }), { op: "done" });
    return this;
  }

  get broken(): string {
    return checkHistory(this.writer.events)
      .map(({ invariant, message }) => `${invariant} ${message}`)
      .join();
  }
}

const story = (): Story => new Story();
const zeroTo = (next: number): Delivery => ({ partition: 0, from: 0, next });

describe("the checker of groups of kind consumer", () => {
  it("finds nothing wrong with a partition that is handed over", () => {
    const told = story().joins("a", 1, [0, 1]).reads(undefined, 0, "a", 1).commits("a", 1, "c1", 5);
    told.joins("b", 2, []).beats("a", 1, 1, [0, 1], [1]).commits("a", 1, "c2", 7);
    told.beats("a", 1, 2, [1]).beats("b", 2, 2, [], [0]).reads("c2", 7, "b", 2).commits("b", 2, "c3", 9);
    expect(told.reads("c3", 9).broken).toBe("");
  });

  it("finds two owners of a partition", () => {
    const told = story().joins("a", 1, [0]).joins("b", 2, [0]).beats("a", 1, 1, [0]);
    expect(told.broken).toMatch(/I9 partition 0 is given to beat 1 .* had it, and has it still/);
  });

  it("finds a partition that is given away before its owner has said that it gave it up", () => {
    const told = story().joins("a", 1, [0]).joins("b", 2, []).beats("a", 1, 2, [0], []);
    told.beats("b", 2, 2, [], [0]).beats("a", 2, 2, []);
    expect(told.broken).toMatch(/I9 partition 0 is given to beat 3/);
  });

  it("lets a member believe that it owns until it hears that it does not", () => {
    const told = story().joins("a", 1, [0]);
    const late = told.asks("a", 1, [0]);
    expect(told.joins("b", 2, [0]).fenced(late).joins("a", 3, []).broken).toBe("");
  });

  it("learns nothing of what a member had from its leaving, which is answered well in any case", () => {
    const told = story().joins("a", 1, [0]).joins("b", 2, [0]);
    const id = told.writer.invoke("p", { op: "poll", group, memberId: "a", epoch: 1, verb: "leave" });
    told.writer.ok(id, { op: "polled", memberId: "a", epoch: 1, partitions: [], deliveries: [] });
    expect(told.broken).toBe("");
  });

  it("finds epochs that go back, of a member and of one that joins", () => {
    expect(story().joins("a", 3, []).beats("a", 3, 2, []).broken).toMatch(/I9 .*goes back to epoch 2/);
    expect(story().joins("a", 3, []).joins("b", 2, []).broken).toMatch(/I9 .*joins in epoch 2/);
  });

  it("finds an instance that is given what another owns", () => {
    const told = story().joins("a", 1, [0]);
    told.delivered(told.asksInstance("i"), zeroTo(1)).beats("a", 1, 1, [0]);
    expect(told.broken).toMatch(/I9 instance 1 .*delivers of partition 0, which a has/);
  });

  it("finds two calls of an instance that deliver the same at the same time, where nobody else came", () => {
    const told = story();
    const [one, other] = [told.asksInstance("i"), told.asksInstance("i")];
    expect(told.delivered(one, zeroTo(2)).delivered(other, zeroTo(1)).broken).toMatch(/I9 .*both deliver 0/);
    const disturbed = story();
    const [first, second] = [disturbed.asksInstance("i"), disturbed.asksInstance("i")];
    disturbed.asks("b", 0, []);
    expect(disturbed.delivered(first, zeroTo(2)).delivered(second, zeroTo(1)).broken).toBe("");
  });

  it("finds a committed offset that passes by a record, unless a call with a lost answer may have had it", () => {
    const told = story();
    told.delivered(told.asksInstance("i"), zeroTo(2)).reads("", 4);
    expect(told.broken).toMatch(/I9 .*reads 4; 2 was never given to anybody/);
    told.asksInstance("i");
    expect(told.broken).toBe("");
  });

  it("finds an old commit that lands once a later owner has read where to go on", () => {
    const told = story().joins("a", 1, [0]).reads(undefined, 0, "a", 1);
    told.asksToCommit("a", 1, "late", 9);
    told.beats("a", 1, 2, [], []).joins("b", 2, [0]).reads(undefined, 0, "b", 2).reads("late", 9);
    expect(told.broken).toMatch(/I9 .*reads commit 2 .*, which committed 5 .* did not/);
  });

  it("finds committed offsets that go back", () => {
    const told = story().joins("a", 1, [0]).reads(undefined, 0, "a", 1);
    told.delivered(told.asksInstance("i"), zeroTo(9));
    expect(told.reads("", 9).reads("", 3).broken).toMatch(/I9 .*reads 3; .* had read 9/);
  });

  it("finds an offset from before the deletion of its group, and none where it is to be", () => {
    const told = story().joins("a", 1, [0]).reads(undefined, 0, "a", 1).commits("a", 1, "c1", 5);
    const left = told.told(told.asks("a", -1, []), "a", -1).buries();
    expect(left.reads(undefined, 0).broken).toBe("");
    expect(left.reads("c1", 5).broken).toMatch(/I9 .*reads commit 2 .*, of before bury 4/);
  });
});
