/**
 * Reading and changing topic items. Every change carries the version it was made from, so a change whose answer was
 * lost may be sent again: it is applied at most once.
 */
import {
  counterKey,
  type PurgeRecord,
  purgeItem,
  readNumberCounter,
  readPurge,
  readTopic,
  type TopicItem,
  topicAttributes,
  topicKey,
  topicPartitionKey,
  topicSortKeys,
} from "../../format/items/index.ts";
import { type Condition, OutcomeUnknown } from "../../ports/index.ts";
import { assert, messageOf } from "../../std/index.ts";
import { ReadFailed, TopicBusy, TopicChangeUnfinished } from "../errors.ts";
import { type DeadlineMs, isPassing, repeating } from "../retry.ts";
import type { EngineDeps, EngineOptions } from "../types.ts";

/** Two that delete one topic at once take turns: each race costs one. */
const turnsMax = 20;

export class TopicStore {
  readonly #deps: EngineDeps;
  readonly #options: EngineOptions;

  constructor(deps: EngineDeps, options: EngineOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** The topic item; a strong read sees every change acknowledged before. Throws ReadFailed. */
  async read(
    name: string,
    options: { consistent: boolean },
    deadlineMs: DeadlineMs,
  ): Promise<TopicItem | undefined> {
    const attributes = await this.#reading(`topic ${name}`, deadlineMs, () =>
      this.#deps.items.get(topicKey(name), options),
    );
    return attributes && readTopic(name, attributes);
  }

  /** Every topic item, in order of name, read strongly. */
  async list(deadlineMs: DeadlineMs): Promise<readonly TopicItem[]> {
    const topics: TopicItem[] = [];
    let from: string | undefined = topicSortKeys.from;
    while (from !== undefined) {
      const start: string = from;
      const page = await this.#reading("the topics", deadlineMs, () =>
        this.#deps.items.query({
          pk: topicPartitionKey,
          from: start,
          to: topicSortKeys.to,
          consistent: true,
        }),
      );
      for (const item of page.items) topics.push(readTopic(item.sk, item.attributes));
      from = page.next;
    }
    return topics;
  }

  /** Writes a new topic; answers false when the name is taken by another, and this one certainly never comes. */
  async insert(topic: TopicItem, deadlineMs: DeadlineMs): Promise<boolean> {
    let isInDoubt = false;
    const result = await this.writing(topic.name, deadlineMs, async () => {
      try {
        return await this.#deps.items.put({ ...topicKey(topic.name), attributes: topicAttributes(topic) }, [
          { kind: "itemAbsent" },
        ]);
      } catch (error) {
        isInDoubt ||= error instanceof OutcomeUnknown;
        throw error;
      }
    });
    if (result.kind === "applied") return true;
    // Refused by our own first attempt, whose answer was lost: the id tells.
    if (result.current !== undefined && readTopic(topic.name, result.current).id === topic.id) return true;
    if (!isInDoubt) return false;
    // Another has the name now, but an attempt of ours may still be under way and find the name free later.
    throw new TopicChangeUnfinished(
      `topic ${topic.name} exists, but an earlier attempt to create it was not answered and may still arrive`,
    );
  }

  /** `C/floor`, read strongly, for a change of that topic. */
  async readFloor(name: string, deadlineMs: DeadlineMs): Promise<number> {
    const counter = await this.writing(name, deadlineMs, () =>
      this.#deps.items.get(counterKey("floor"), { consistent: true }),
    );
    return readNumberCounter("floor", counter);
  }

  /** Replaces `before` by `after`; TopicBusy when someone else changed it meanwhile. */
  async replace(
    before: TopicItem,
    after: Omit<TopicItem, "version">,
    deadlineMs: DeadlineMs,
  ): Promise<TopicItem> {
    const changed: TopicItem = { ...after, version: before.version + 1 };
    const result = await this.writing(before.name, deadlineMs, () =>
      this.#deps.items.update(topicKey(before.name), { set: topicAttributes(changed) }, [
        { kind: "equals", name: "id", value: before.id },
        { kind: "equals", name: "version", value: before.version },
      ]),
    );
    if (
      result.kind === "applied" ||
      isSame(result.current && readTopic(before.name, result.current), changed)
    )
      return changed;
    throw new TopicBusy(
      `topic ${before.name} was changed by another call (version ${before.version} is no longer it)`,
    );
  }

  /** Writes down that the topic's data is to be purged, then frees its name. */
  async bury(topic: TopicItem, deadlineMs: DeadlineMs): Promise<void> {
    const { id, name, partitions, width, createdMs } = topic;
    // By another's clock it may have been created later than it is deleted by ours.
    const deletedMs = Math.max(this.#deps.clock.now(), createdMs);
    await this.#condemn({ id, name, partitions, width, deletedMs }, deadlineMs);
    await this.writing(name, deadlineMs, () =>
      this.#deps.items.delete(topicKey(name), [
        { kind: "equals", name: "id", value: id },
        { kind: "equals", name: "state", value: "deleting" },
      ]),
    );
  }

  /**
   * Writes the purge record, or widens the one that is there. A creation that arrives when its topic is long deleted is buried as
   * well, and knows nothing of the partitions that came after it; and clocks differ.
   */
  async #condemn(record: PurgeRecord, deadlineMs: DeadlineMs): Promise<void> {
    let wanted = record;
    let condition: Condition = [{ kind: "itemAbsent" }];
    for (let turn = 0; turn < turnsMax; turn++) {
      const item = purgeItem(wanted);
      const put = await this.writing(record.name, deadlineMs, () => this.#deps.items.put(item, condition));
      if (put.kind === "applied") return;
      if (put.current === undefined) {
        condition = [{ kind: "itemAbsent" }];
        continue;
      }
      const { partitions, deletedMs } = readPurge({ ...item, attributes: put.current });
      if (partitions >= record.partitions && deletedMs >= record.deletedMs) return;
      wanted = {
        ...record,
        partitions: Math.max(partitions, record.partitions),
        deletedMs: Math.max(deletedMs, record.deletedMs),
      };
      condition = [
        { kind: "equals", name: "partitions", value: partitions },
        { kind: "equals", name: "deletedMs", value: deletedMs },
      ];
    }
    throw new TopicBusy(`the deletion of topic ${record.name} kept changing through ${turnsMax} attempts`);
  }

  async #reading<T>(what: string, deadlineMs: DeadlineMs, work: () => Promise<T>): Promise<T> {
    try {
      return await repeating(this.#deps, deadlineMs, work);
    } catch (error) {
      if (isPassing(error)) throw new ReadFailed(`${what} could not be read: ${messageOf(error)}`);
      throw error;
    }
  }

  /** Repeats one step of a topic's change until the deadline. Throws TopicChangeUnfinished then. */
  async writing<T>(name: string, deadlineMs: DeadlineMs, work: () => Promise<T>): Promise<T> {
    assert(this.#options.mayChangeTopics, () => `topic ${name} is changed by a process that may not`);
    try {
      return await repeating(this.#deps, deadlineMs, work);
    } catch (error) {
      if (isPassing(error))
        throw new TopicChangeUnfinished(`the change of topic ${name} was not confirmed: ${messageOf(error)}`);
      throw error;
    }
  }
}

function isSame(current: TopicItem | undefined, wanted: TopicItem): boolean {
  return (
    current !== undefined &&
    JSON.stringify(topicAttributes(current)) === JSON.stringify(topicAttributes(wanted))
  );
}
