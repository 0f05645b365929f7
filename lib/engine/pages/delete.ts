/**
 * Deletes many items, a batch at a time. What a store is too busy for is sent again.
 */
import type { ItemKey, ItemStore } from "../../ports/index.ts";
import { StoreThrottled } from "../../ports/index.ts";
import type { Call } from "./read.ts";

/** As many as one batch takes. */
const deletesAtOnce = 25;

/** Deletes all of them, one way or another there or not. Throws what the store throws. */
export async function deleteItems(
  items: ItemStore,
  keys: readonly ItemKey[],
  { call }: { readonly call: Call },
): Promise<void> {
  for (let from = 0; from < keys.length; from += deletesAtOnce) {
    let rest = keys.slice(from, from + deletesAtOnce).map(({ pk, sk }) => deletion({ pk, sk }));
    await call(async () => {
      const { unprocessed } = await items.batchWrite(rest);
      rest = unprocessed.flatMap(write => (write.kind === "delete" ? [write] : []));
      if (rest.length > 0) throw new StoreThrottled(`${rest.length} of a batch of deletions were not done`);
    });
  }
}

function deletion(key: ItemKey): { readonly kind: "delete"; readonly key: ItemKey } {
  return { kind: "delete", key };
}
