import { describe, expect, it } from "vitest";
import { checkHistory, HistoryWriter } from "./checker/index.ts";

type Who = { readonly group: string; readonly memberId: string; readonly instanceId?: string };

/** Writes small histories of one group that reads one topic. */
class Story {
  readonly writer = new HistoryWriter({ now: () => 0 });

  joined(
    memberId: string,
    generation: number,
    leaderId: string,
    members: readonly string[] = [],
    instanceId?: string,
  ): this {
    const who: Who = { group: "g", memberId: "", ...(instanceId !== undefined && { instanceId }) };
    const id = this.writer.invoke("p", { op: "join", ...who, sessionMs: 1 });
    const seen = members.map(each => ({ memberId: each }));
    this.writer.ok(id, { op: "joined", generation, memberId, leaderId, members: seen });
    return this;
  }

  synced(memberId: string, generation: number, name: string, partitions: readonly number[]): this {
    const id = this.writer.invoke("p", { op: "sync", group: "g", memberId, generation });
    this.writer.ok(id, { op: "synced", name, partitions });
    return this;
  }

  asksToCommit(memberId: string, generation: number, name: string, offset: number): number {
    const offsets = [{ partition: 0, offset }];
    return this.writer.invoke("p", {
      op: "commit",
      group: "g",
      memberId,
      generation,
      topic: "t",
      name,
      offsets,
    });
  }

  committed(memberId: string, generation: number, name: string, offset: number): this {
    this.writer.ok(this.asksToCommit(memberId, generation, name, offset), { op: "done" });
    return this;
  }

  refused(id: number, name: string): this {
    this.writer.fail(id, { name, kind: "fenced", message: name });
    return this;
  }

  /** What somebody reads: an owner of a generation, or, without one, an observer. */
  reads(commit: string | undefined, offset: number, generation?: number): this {
    const id = this.writer.invoke("p", {
      op: "committed",
      group: "g",
      memberId: "r",
      generation: generation ?? -1,
      topic: "t",
      partitions: [0],
      isOwner: generation !== undefined,
    });
    const read = { partition: 0, offset, ...(commit !== undefined && { commit }) };
    this.writer.ok(id, { op: "committed", offsets: [read] });
    return this;
  }

  get broken(): readonly string[] {
    return checkHistory(this.writer.events).map(({ invariant, message }) => `${invariant} ${message}`);
  }
}

const story = (): Story => new Story();

describe("the checker of groups", () => {
  it("finds nothing wrong with two generations, one after the other", () => {
    const broken = story()
      .joined("a", 1, "a", ["a"])
      .synced("a", 1, "x", [0])
      .reads(undefined, 0, 1)
      .committed("a", 1, "c1", 5)
      .joined("a", 2, "a", ["a", "b"])
      .joined("b", 2, "a")
      .synced("a", 2, "y", [])
      .synced("b", 2, "y", [0])
      .reads("c1", 5, 2)
      .committed("b", 2, "c2", 7)
      .reads("c2", 7).broken;
    expect(broken).toEqual([]);
  });

  it("finds two leaders of one generation", () => {
    const broken = story().joined("a", 1, "a", ["a", "b"]).joined("b", 1, "b").broken;
    expect(broken.join()).toMatch(/I9 .*hears of leader b/);
  });

  it("finds one in a generation whose leader does not see it", () => {
    const broken = story().joined("a", 1, "a", ["a"]).joined("b", 1, "a").broken;
    expect(broken.join()).toMatch(/I9 .*is not among those whom its leader sees: a/);
  });

  it("finds two assignments of one generation, and two owners of a partition", () => {
    const broken = story().synced("a", 1, "x", [0]).synced("b", 1, "y", [0]).broken;
    expect(broken.join()).toMatch(/I9 .*hears assignment y/);
    expect(broken.join()).toMatch(/I9 partition 0 is given to/);
  });

  it("lets a member take over what its instance had, and finds the one before at work", () => {
    const taken = story()
      .joined("a", 1, "a", ["a"], "i")
      .synced("a", 1, "x", [0])
      .joined("b", 1, "b", [], "i")
      .synced("b", 1, "x", [0]);
    expect(taken.broken).toEqual([]);
    expect(taken.committed("a", 1, "c", 1).broken.join()).toMatch(/I9 commit .*had taken its place/);
  });

  it("finds an answer in a generation that is known to be over, by an answer or by a refusal", () => {
    const after = story().joined("a", 2, "a", ["a"]).committed("b", 1, "c", 1);
    expect(after.broken.join()).toMatch(/I9 commit .* heard of generation 2/);
    const told = story();
    told.refused(told.asksToCommit("a", 1, "c1", 1), "GenerationFenced").committed("b", 1, "c2", 1);
    expect(told.broken.join()).toMatch(/I9 commit .* heard of generation 2/);
  });

  it("finds a commit that was acknowledged and is not read, or nothing at all in its place", () => {
    const two = story().committed("a", 1, "c1", 1).committed("a", 1, "c2", 2);
    expect(two.reads("c1", 1).broken.join()).toMatch(/I9 .*reads commit 0 .*and not commit 1/);
    expect(story().committed("a", 1, "c1", 1).reads(undefined, 0).broken.join()).toMatch(
      /I9 .*reads that nothing is committed, and not commit 0/,
    );
  });

  it("finds a refused commit that is read, and one that nobody made", () => {
    const told = story();
    told.refused(told.asksToCommit("a", 1, "c1", 1), "UnknownMember");
    expect(told.reads("c1", 1).broken.join()).toMatch(/I9 .*reads what was refused before/);
    expect(story().reads("c9", 1).broken.join()).toMatch(/I9 .*which nobody committed/);
  });

  it("finds an old commit that lands once a later owner has read where to go on", () => {
    const told = story();
    told.asksToCommit("a", 1, "late", 9);
    told.reads(undefined, 0, 2).reads("late", 9);
    expect(told.broken.join()).toMatch(/I9 .*reads commit 0 .*, which committed 1 .* did not/);
  });

  it("finds offsets that go back from one generation to the next", () => {
    const broken = story()
      .committed("a", 1, "c1", 9)
      .reads("c1", 9, 2)
      .committed("b", 2, "c2", 3)
      .reads("c2", 3).broken;
    expect(broken.join()).toMatch(/I9 .*reads 3; .* had read 9/);
  });
});
