/**
 * The rows of the table of checks that a run must meet, and how often it did: a row without a hit proves nothing.
 */
export const checkRows = {
  1: "PUT stored, answer lost, retried",
  2: "commit applied, answer lost",
  3: "commit arrives after its caller gave up and others won",
  4: "commit finds its bytes durable",
  5: "killed within an append",
  6: "frozen between PUT and commit, thawed after the sweep: refused by floor",
  7: "the same request delivered twice",
  8: "retried on another process while the first try is in flight",
  9: "five under way, one failed: the rest is missing it, then all in order",
  10: "producer forgotten after a day of the log, then an old batch of it again",
  11: "epoch raised while batches of the old one are under way",
  12: "some shard commits of one request failed, others not",
  13: "throttled fully, then half",
  14: "503 SlowDown, 30 s PUT",
  15: "stale reads of sequencer, pages, topic, group",
  16: "two rollers, two compactors at once",
  17: "compactor killed between two steps",
  19: "sweep with a wrong clock or failing reads: deletes nothing",
  20: "clock skew of minutes, jumps",
  21: "member paused beyond its session, then commits",
  22: "process killed with members in its join or sync barrier",
  23: "a dozen members or more beat for one group",
  24: "commit with its answer lost or late while the group rebalances",
  28: "long poll across a commit",
  29: "object corrupt or cut off",
  30: "topics recreated, grown during a sweep, admin killed half-way",
} as const;

export type CheckRow = keyof typeof checkRows;

/** What the log did for itself in a run: what never happened has not been raced with. */
export const deeds = [
  "object compacted",
  "objects merged",
  "record lost to damage",
  "record superseded by key",
  "offset expired",
  "records deleted by hand",
  "page dropped",
  "topic purged",
  "segment swept",
  "read planned anew",
] as const;

export type Deed = (typeof deeds)[number];

export class Tally<Name extends string | number> {
  readonly #counts = new Map<Name, number>();

  add(name: Name, count = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + count);
  }

  of(name: Name): number {
    return this.#counts.get(name) ?? 0;
  }

  addAll(other: Iterable<readonly [Name, number]>): void {
    for (const [name, count] of other) this.add(name, count);
  }

  entries(): (readonly [Name, number])[] {
    return [...this.#counts];
  }
}
