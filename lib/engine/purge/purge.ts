/**
 * Removes what the table holds of deleted topics. Index rows at once, so that their segments become rubbish; the sealed sequencers
 * only when the floor of the log has passed the deletion: until then a frozen creator must not find an empty place. Then, once
 * more, rows that came late; and the purge record last. Segments are left to the sweep, committed offsets to their groups.
 */
import { partitionIndex, type TopicId } from "../../format/index.ts";
import {
  type PurgeRecord,
  pagePartitionKey,
  purgeItem,
  purgeSortKeys,
  readPurge,
  sequencerKey,
  topicPartitionKey,
} from "../../format/items/index.ts";
import type { ItemKey } from "../../ports/index.ts";
import { deleteItems, itemsOf } from "../pages/index.ts";
import { readFloor, shardsOf } from "../sweep/index.ts";
import type { EngineDeps } from "../types.ts";
import type { Budget } from "../upkeep/index.ts";

/** What a purge has done. */
export type PurgeReport = {
  /** Topics of which nothing is left but segments. */
  readonly purged: number;
  /** Topics that wait: the next sweeps raise the floor past their deletion. */
  readonly waiting: number;
  /** Index rows that have gone. */
  readonly rows: number;
  /** The budget was used up: the next purge goes on. */
  readonly isCutShort: boolean;
};

/** Rows that are deleted together. */
const rowsAtOnce = 100;

export class Purger {
  readonly #deps: EngineDeps;
  /** Topics without rows, as this process has seen: not looked at again until it is their time. */
  readonly #emptied = new Set<TopicId>();

  constructor(deps: EngineDeps) {
    this.#deps = deps;
  }

  /** Goes through all deleted topics, as far as the budget allows. Throws what the stores throw. */
  async purge(budget: Budget): Promise<PurgeReport> {
    const { items, telemetry } = this.#deps;
    const done = { purged: 0, waiting: 0, rows: 0 };
    const floor = await readFloor(items, budget);
    for await (const item of itemsOf(items, topicPartitionKey, purgeSortKeys, budget.call)) {
      if (!budget.isLeft) break;
      const record = readPurge(item);
      const isTime = floor > record.deletedMs;
      if (isTime || !this.#emptied.has(record.id)) done.rows += await this.#deleteRows(record, budget);
      if (!budget.isLeft) break;
      this.#emptied.add(record.id);
      if (!isTime) done.waiting++;
      else if (await this.#deleteRest(record, budget)) done.purged++;
    }
    telemetry.count("cumulog_purged_topics_total", done.purged);
    return { ...done, isCutShort: !budget.isLeft };
  }

  async #deleteRows({ id, partitions }: PurgeRecord, budget: Budget): Promise<number> {
    const { items } = this.#deps;
    let rows = 0;
    for (let partition = 0; partition < partitions && budget.isLeft; partition++) {
      const pk = pagePartitionKey(id, partitionIndex(partition));
      let keys: ItemKey[] = [];
      for await (const { sk } of itemsOf(items, pk, { from: "", to: "~" }, budget.call)) {
        keys.push({ pk, sk });
        if (keys.length < rowsAtOnce) continue;
        await deleteItems(items, keys, budget);
        rows += keys.length;
        keys = [];
        if (!budget.isLeft) return rows;
      }
      await deleteItems(items, keys, budget);
      rows += keys.length;
    }
    return rows;
  }

  /** False: the budget ended before. */
  async #deleteRest(record: PurgeRecord, budget: Budget): Promise<boolean> {
    const { items, telemetry } = this.#deps;
    for (const shard of shardsOf(record)) {
      if (!budget.isLeft) return false;
      await deleteItems(items, [sequencerKey(record.id, shard)], budget);
    }
    const { pk, sk } = purgeItem(record);
    await deleteItems(items, [{ pk, sk }], budget);
    this.#emptied.delete(record.id);
    telemetry.log("info", "deleted topic purged", { topic: record.name, topicId: record.id });
    return true;
  }
}
