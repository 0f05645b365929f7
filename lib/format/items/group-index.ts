/**
 * The listing of groups: `GI#<2 hex>` / `<group>`, so that nothing ever scans the table. Written before a group's state is
 * created: a group that exists is listed; one that is listed may not exist.
 */
import type { ItemKey } from "../../ports/index.ts";
import { hexHash } from "../object-keys.ts";

/** Every partition key of the listing. */
export const groupIndexPartitionKeys: readonly string[] = Array.from(
  { length: 256 },
  (_, each) => `GI#${each.toString(16).padStart(2, "0")}`,
);

/** Where a group is listed. */
export function groupIndexKey(group: string): ItemKey {
  return { pk: `GI#${hexHash(group)}`, sk: group };
}
