/**
 * Histories of a group for the assignors: members join, leave and change their subscriptions, topics appear, grow and vanish;
 * after each step there is a new target, made from the one before.
 */
import fc from "fast-check";
import type {
  Assignor,
  AssignorInput,
  Subscriber,
} from "../../../lib/engine/groups/consumer/assignors/index.ts";
import { type TopicId, topicId } from "../../../lib/format/index.ts";
import type { TopicPartitions } from "../../../lib/format/items/index.ts";

const memberCount = 6;
const topicCount = 5;

/** The topics of a history. */
export const topicIds: readonly TopicId[] = Array.from({ length: topicCount }, (_, i) =>
  topicId(new Uint8Array(16).fill(i + 1)),
);

/** One thing that happens. */
export type Step =
  | { readonly kind: "joins"; readonly member: number; readonly topics: readonly TopicId[] }
  | { readonly kind: "leaves"; readonly member: number }
  | { readonly kind: "has"; readonly topic: TopicId; readonly partitions: number }
  | { readonly kind: "vanishes"; readonly topic: TopicId };

const member = fc.nat({ max: memberCount - 1 });
const topic = fc.constantFrom(...topicIds);
const wanted = fc.subarray([...topicIds]);

/** What may happen to a group whose members want what they please. */
export const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("joins"), member, topics: wanted }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("leaves"), member }) },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant("has"), topic, partitions: fc.nat({ max: 12 }) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("vanishes"), topic }) },
  ),
  { maxLength: 25, size: "max" },
);

type Target = ReadonlyMap<string, TopicPartitions>;

/** A history as it goes: what an assignor was asked, and what it said. */
export type Moment = { readonly input: AssignorInput; readonly target: Target };

/** Every moment of a history. With `likeOthers`, whoever joins changes the subscription of all. */
export function* momentsOf(all: readonly Step[], assign: Assignor, likeOthers = false): Generator<Moment> {
  const wants = new Map<string, ReadonlySet<TopicId>>();
  const partitions = new Map<TopicId, number>();
  let target: Target = new Map();
  for (const step of all) {
    if (step.kind === "joins") wants.set(`d${step.member}`, new Set(step.topics));
    if (step.kind === "joins" && likeOthers)
      for (const key of wants.keys()) wants.set(key, new Set(step.topics));
    if (step.kind === "leaves") wants.delete(`d${step.member}`);
    if (step.kind === "has") partitions.set(step.topic, step.partitions);
    if (step.kind === "vanishes") partitions.delete(step.topic);
    const members = new Map<string, Subscriber>();
    for (const [key, topics] of wants)
      members.set(key, {
        topics: new Set([...topics].filter(id => partitions.has(id))),
        before: target.get(key) ?? new Map(),
      });
    const input = { members, partitions: new Map(partitions) };
    target = assign(input);
    yield { input, target };
  }
}

/** `topic/partition`, of all topics that somebody wants. */
export function wantedPartitions({ members, partitions }: AssignorInput): readonly string[] {
  const topics = new Set([...members.values()].flatMap(({ topics }) => [...topics]));
  return [...topics].flatMap(id => Array.from({ length: partitions.get(id) ?? 0 }, (_, i) => `${id}/${i}`));
}

/** `topic/partition`, in the order in which they stand. */
export function flat(partitions: TopicPartitions | undefined): readonly string[] {
  return [...(partitions ?? [])].flatMap(([id, indexes]) => indexes.map(index => `${id}/${index}`));
}

/** What a member had that it may still have. */
export function validBefore({ members, partitions }: AssignorInput, key: string): readonly string[] {
  const { topics, before } = members.get(key) ?? { topics: new Set<TopicId>(), before: new Map() };
  return flat(before).filter(name => {
    const [id, index] = name.split("/");
    return [...topics].some(topic => topic === id && Number(index) < (partitions.get(topic) ?? 0));
  });
}

/** The same input with all its maps and sets the other way round. */
export function turned({ members, partitions }: AssignorInput): AssignorInput {
  const others = [...members].map(([key, { topics, before, ...rest }]): [string, Subscriber] => [
    key,
    { ...rest, topics: new Set([...topics].reverse()), before: new Map([...before].reverse()) },
  ]);
  return { members: new Map(others.reverse()), partitions: new Map([...partitions].reverse()) };
}

/** A target as it would be stored: every order counts. */
export function asStored(target: Target): unknown {
  return [...target].map(([key, partitions]) => [key, [...partitions]]);
}
