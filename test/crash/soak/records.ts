/**
 * Records of the soak: names that no two have, sizes as they are in life, keys that come again where they matter.
 */
import type { RecordInput } from "../../../lib/format/record-batch/index.ts";
import { utf8 } from "../../../lib/std/index.ts";
import type { Prng } from "../../sim/world/prng.ts";
import { bytesOf } from "../payload.ts";
import type { Policy } from "./topics.ts";

const sizesBytes = [30, 60, 200, 200, 200, 1_000, 1_000, 5_000] as const;
const recordsMax = 30;
const keys = 300;
const tombstoneShare = 0.05;

/** A batch's worth. */
export function someRecords(
  random: Prng,
  name: string,
  { isCompact }: Policy,
  timestampMs: number,
): readonly RecordInput[] {
  const count = Math.round(random.spread(1, recordsMax));
  return Array.from({ length: count }, (_, index) => {
    const value = bytesOf({ value: `${name}:${index}`, sizeBytes: random.pick(sizesBytes) });
    if (!isCompact) return { timestampMs, key: null, value, headers: [] };
    const key = utf8(`key ${random.below(keys)}`);
    return { timestampMs, key, value: random.chance(tombstoneShare) ? null : value, headers: [] };
  });
}
