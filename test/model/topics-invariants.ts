/** What must hold in every state of the topics model, and what once nothing more can happen. */
import type { Invariant } from "./checker.ts";
import { at, hasBit } from "./lists.ts";
import type { TopicInvariant } from "./topics.ts";
import type { State, World } from "./topics-state.ts";

type AtRest = "I12 what was begun is finished" | "I12 an active topic takes records";

/** Held by every state. */
export function topicInvariants(world: World): Record<Exclude<TopicInvariant, AtRest>, Invariant<State>> {
  return {
    "I1 bytes are kept": lostBytes,
    "I1 entries are kept": state => lostEntry(world, state),
    "I1 topics are kept": lostTopic,
    "I2 a handle is for one topic": takenByAnother,
    "I7 a deleted topic takes no record": committedAfterDeletion,
    "I11 a freed name leaves its purge record": lostPurgeRecord,
  };
}

/** Held when nothing more can happen. */
export function topicInvariantsAtRest(world: World): Record<AtRest, Invariant<State>> {
  return {
    "I12 what was begun is finished": state => unfinished(world, state),
    "I12 an active topic takes records": state => deadTopic(world, state),
  };
}

/** Acknowledged records matter until the name of their topic is freed, even if a late item brings it back. */
function acknowledged({ writers, topic, freed }: State): readonly number[] {
  return [...writers.keys()].filter(index => {
    const { phase, id } = at(writers, index);
    return phase === "acknowledged" && id === topic?.id && !hasBit(freed, id);
  });
}

function lostBytes(state: State): string | undefined {
  const lost = acknowledged(state).find(writer => !hasBit(state.stored, writer));
  return lost === undefined ? undefined : `the segment of writer ${lost} was acknowledged and deleted`;
}

function lostEntry(world: World, state: State): string | undefined {
  const lost = acknowledged(state).find(index => {
    const { id, shard } = at(state.writers, index);
    return !hasBit(state.sequencers[world.place(id, shard)]?.committed ?? 0, index);
  });
  return lost === undefined ? undefined : `the sequencer has forgotten the segment of writer ${lost}`;
}

function lostTopic({ topics, topic, created, freed }: State): string | undefined {
  for (let id = 0; id < topics; id++)
    if (hasBit(created, id) && topic?.id !== id && !hasBit(freed, id))
      return `topic ${id} is gone, and nobody deleted it`;
  return undefined;
}

function takenByAnother({ writers }: State): string | undefined {
  const writer = writers.find(({ id, takenBy }) => takenBy >= 0 && takenBy !== id);
  return writer && `a record for topic ${writer.id} is in topic ${writer.takenBy}`;
}

function committedAfterDeletion({ writers }: State): string | undefined {
  const writer = writers.find(({ afterDeletion }) => afterDeletion);
  return writer && `topic ${writer.id} was gone and took a record`;
}

function lostPurgeRecord({ freed, purgeRecords }: State): string | undefined {
  return (freed & ~purgeRecords) === 0 ? undefined : "a name is free, and nothing says what is left to purge";
}

function unfinished(world: World, { topic, admins, finishers }: State): string | undefined {
  if (topic && topic.status !== "active") return `topic ${topic.id} stays ${topic.status}`;
  const finisher = finishers.find(({ phase }) => phase !== "idle");
  if (finisher) return `a finisher stays in ${finisher.phase}`;
  for (const [index, { phase }] of admins.entries()) {
    const job = at(world.bounds.admins, index);
    if (phase !== "done" && phase !== world.orderOf(job)[0])
      return `admin ${index} (${job}) stays in ${phase}`;
  }
  return undefined;
}

function deadTopic(world: World, { topic, sequencers }: State): string | undefined {
  if (topic?.status !== "active") return undefined;
  for (let shard = 0; shard < topic.shards; shard++) {
    const sequencer = sequencers[world.place(topic.id, shard)];
    if (!sequencer || sequencer.sealed)
      return `topic ${topic.id} is active, its sequencer ${shard} is ${sequencer ? "sealed" : "missing"}`;
  }
  return undefined;
}
