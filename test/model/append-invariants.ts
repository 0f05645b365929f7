/** What must hold in every state of the append model. The numbers of the invariants are those of the simulator. */
import type { AppendInvariant } from "./append.ts";
import type { Shard, State, World } from "./append-state.ts";
import { inWalkOrder } from "./append-writer.ts";
import type { Invariant } from "./checker.ts";
import { at, hasBit } from "./lists.ts";
import { firstLive } from "./pages.ts";

/** Every invariant by its name. */
export function appendInvariants(world: World): Record<AppendInvariant, Invariant<State>> {
  return {
    "I1 bytes are kept": lostBytes,
    "I2 walk-back is true": state => falseWalkBack(world, state),
    "I2 pages are true": falsePage,
    "I3 acknowledged offset is true": state => falseAcknowledgement(world, state),
    "I4 at most once": state => appendedTwice(world, state),
    "I6 offsets are covered": gap,
    "I7 a definite error is never appended": state => appendedAfterError(world, state),
    "I7 a segment given up is never committed": committedAfterAll,
    "I12 a fence refuses once": lockedOut,
  };
}

function lostBytes(state: State): string | undefined {
  for (const shard of state.shards) {
    for (let offset = shard.frontier; offset < shard.next; offset++) {
      const segment = at(shard.truth, offset);
      if (!hasBit(state.stored, segment)) return `segment ${segment} holds offset ${offset} and was deleted`;
    }
  }
  return undefined;
}

function falseWalkBack(world: World, { shards }: State): string | undefined {
  for (const shard of shards) {
    let offset = shard.next;
    for (const { segment, records } of inWalkOrder(shard, world).toReversed()) {
      for (let i = 0; i < records; i++) {
        const truth = shard.truth[--offset];
        if (truth !== segment)
          return `offset ${offset} of segment ${truth} is taken for segment ${segment}'s`;
      }
    }
  }
  return undefined;
}

/** The first page that ends beyond the offset: what a reader finds for it. */
function pageFor(shard: Shard, offset: number): Shard["pages"][number] | undefined {
  return shard.pages.find(({ end }) => end > offset);
}

function gap({ shards }: State): string | undefined {
  for (const shard of shards) {
    for (let offset = shard.frontier; offset < firstLive(shard); offset++) {
      const page = pageFor(shard, offset);
      if (!page || page.from > offset) return `no page covers offset ${offset}`;
    }
  }
  return undefined;
}

function falsePage({ shards }: State): string | undefined {
  for (const shard of shards) {
    for (const { end, entries } of shard.pages) {
      for (const { segment, from, records } of entries) {
        for (let offset = from; offset < from + records; offset++) {
          if (shard.truth[offset] !== segment)
            return `u#${end} gives segment ${segment} for offset ${offset}`;
        }
      }
    }
  }
  return undefined;
}

function falseAcknowledgement(world: World, { writers, shards }: State): string | undefined {
  for (const [writer, parts] of writers.entries()) {
    for (const [i, { phase, base }] of parts.entries()) {
      if (phase !== "acknowledged") continue;
      const { truth } = at(shards, i);
      for (let offset = base; offset < base + world.writer(writer).records; offset++) {
        const segment = truth[offset];
        if (segment === undefined || world.writerOf(segment) !== writer)
          return `writer ${writer} was told ${base}, where segment ${segment} is`;
      }
    }
  }
  return undefined;
}

function appended(world: World, shard: Shard, writer: number): number {
  let records = 0;
  for (const segment of shard.truth) if (world.writerOf(segment) === writer) records++;
  return records;
}

function appendedTwice(world: World, { writers, shards }: State): string | undefined {
  for (const shard of shards) {
    for (let writer = 0; writer < writers.length; writer++) {
      if (appended(world, shard, writer) > world.writer(writer).records)
        return `the batch of writer ${writer} is there twice: segments ${shard.truth}`;
    }
  }
  return undefined;
}

function appendedAfterError(world: World, { writers, shards }: State): string | undefined {
  for (const [writer, parts] of writers.entries()) {
    for (const [i, { phase }] of parts.entries()) {
      if (phase === "refused" && appended(world, at(shards, i), writer) > 0)
        return `writer ${writer} was told a definite error, and its batch is there`;
    }
  }
  return undefined;
}

function committedAfterAll({ shards }: State): string | undefined {
  for (const { truth, givenUp } of shards) {
    const segment = truth.find(committed => hasBit(givenUp, committed));
    if (segment !== undefined) return `segment ${segment} was given up and is committed`;
  }
  return undefined;
}

function lockedOut({ writers }: State): string | undefined {
  const writer = writers.findIndex(parts => parts.some(part => part.lockedOut));
  return writer < 0 ? undefined : `writer ${writer} is refused again by the same fence or floor`;
}
