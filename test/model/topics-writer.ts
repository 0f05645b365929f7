/** A writer with a slow clock: it learns of the topic, puts its segment, freezes, and commits it whenever it thaws. */
import type { Take } from "./checker.ts";
import { at, hasBit } from "./lists.ts";
import type { State, World } from "./topics-state.ts";

/** Every step of one writer: one put, one commit. */
export function write(world: World, state: State, index: number, take: Take<State>): void {
  const { phase } = at(state.writers, index);
  if (phase === "commit") take(next => commit(world, next, index));
  if (phase !== "idle" || !state.topic || state.topic.status === "deleting") return;
  for (let shard = 0; shard < state.topic.shards; shard++) {
    const { id } = state.topic;
    take(next => {
      next.stored |= 1 << index;
      next.writers[index] = { phase: "commit", id, shard, afterDeletion: false, takenBy: -1 };
      return `writer ${index} learns of topic ${id} and puts a segment of time ${world.timeOf(index)} for shard ${shard}`;
    });
  }
}

/** IF the sequencer exists AND is not sealed AND floor <= :time. */
function commit(world: World, next: State, index: number): string {
  const writer = at(next.writers, index);
  const place = world.place(writer.id, writer.shard);
  const sequencer = next.sequencers[place];
  const who = `writer ${index} thaws and commits to shard ${writer.shard} of topic ${writer.id}`;
  const tooOld = sequencer && sequencer.floor > world.timeOf(index) && !world.is("commits below the floor");
  if (!sequencer || sequencer.sealed || tooOld) {
    next.writers[index] = { ...writer, phase: "refused" };
    return `${who}: refused, ${!sequencer ? "no sequencer" : sequencer.sealed ? "sealed" : "floor is later"}`;
  }
  next.sequencers[place] = { ...sequencer, committed: sequencer.committed | (1 << index) };
  const afterDeletion = hasBit(next.freed, writer.id);
  next.writers[index] = { ...writer, phase: "acknowledged", afterDeletion, takenBy: sequencer.madeFor };
  return `${who}: applied`;
}
