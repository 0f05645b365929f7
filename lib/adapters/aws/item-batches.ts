/**
 * Batches of items. What a batch get leaves over is asked for again: the port has no words for it. What a batch write
 * leaves over is its answer.
 */
import type { BatchGetItemCommandOutput, WriteRequest } from "@aws-sdk/client-dynamodb";
import { type BatchWrite, type Clock, type Random, StoreThrottled, sleep } from "../../ports/index.ts";
import { type AttributeMap, decodeKey, encodeItem, encodeKey } from "./attributes.ts";

/** How long a batch get goes on asking while nothing comes. */
const waitMsMax = 5_000;
const pauseMsFirst = 20;
const pauseMsMax = 1_000;

/** Asks for all keys until each was answered for. Throws StoreThrottled when that takes too long. */
export async function getAll(
  world: { readonly clock: Clock; readonly random: Random },
  table: string,
  keys: readonly AttributeMap[],
  ask: (keys: AttributeMap[]) => Promise<BatchGetItemCommandOutput>,
): Promise<readonly AttributeMap[]> {
  const deadlineMs = world.clock.monotonicMs() + waitMsMax;
  const found: AttributeMap[] = [];
  let rest = [...keys];
  for (let pauseMs = pauseMsFirst; rest.length > 0; ) {
    const { Responses, UnprocessedKeys } = await ask(rest);
    found.push(...(Responses?.[table] ?? []));
    const left = UnprocessedKeys?.[table]?.Keys ?? [];
    // An answer holds 16 MB at most: as long as some keys come, the rest may be asked for at once.
    if (left.length >= rest.length) {
      if (world.clock.monotonicMs() + pauseMs > deadlineMs)
        throw new StoreThrottled(
          `${left.length} of ${keys.length} keys of table ${table} were not read in ${waitMsMax} ms`,
        );
      await sleep(world.clock, world.random.number() * pauseMs);
      pauseMs = Math.min(pauseMs * 2, pauseMsMax);
    }
    rest = left;
  }
  return found;
}

/** A write as DynamoDB takes it, in bytes of its own. */
export function encodeWrite(write: BatchWrite): WriteRequest {
  return write.kind === "put"
    ? { PutRequest: { Item: encodeItem(write.item) } }
    : { DeleteRequest: { Key: encodeKey(write.key) } };
}

/** The very writes that were left over. */
export function writesLeft(
  writes: readonly BatchWrite[],
  left: readonly WriteRequest[],
): readonly BatchWrite[] {
  const keys = new Set(
    left.map(({ PutRequest, DeleteRequest }) =>
      keyText(decodeKey(PutRequest?.Item ?? DeleteRequest?.Key ?? {})),
    ),
  );
  return writes.filter(write => keys.has(keyText(write.kind === "put" ? write.item : write.key)));
}

/** The length keeps ("a", "bc") apart from ("ab", "c"). */
function keyText(key: { readonly pk: string; readonly sk: string }): string {
  return `${key.pk.length}:${key.pk}${key.sk}`;
}
