/** Everything that is asked of one pair of emulators: both contracts, and the engine over both. */
import { describeItemStore } from "../contracts/item-store.ts";
import { describeObjectStore } from "../contracts/object-store.ts";
import type { Emulator } from "./emulator.ts";
import { describeEngine } from "./engine-suite.ts";
import { knownWrong } from "./known-wrong.ts";
import { openStoresOn } from "./stores.ts";

/** An emulator that runs already. */
export type RunningStore = Pick<Emulator, "name" | "version" | "url">;

/** `withObjects`: false where another pair has the objects in it, too. */
export function describeStores(
  dynamoDb: RunningStore,
  s3: RunningStore,
  options: { readonly withObjects: boolean },
): void {
  const urls = { dynamoDb: dynamoDb.url, s3: s3.url };
  describeItemStore(titleOf(dynamoDb), () => openStoresOn(urls), knownWrong[dynamoDb.name].items);
  if (options.withObjects)
    describeObjectStore(titleOf(s3), () => openStoresOn(urls), knownWrong[s3.name].objects);
  const both = dynamoDb === s3 ? titleOf(s3) : `${titleOf(dynamoDb)} and ${titleOf(s3)}`;
  describeEngine(both, async () => {
    const stores = await openStoresOn(urls);
    return { stores, close: stores.close };
  });
}

function titleOf({ name, version }: RunningStore): string {
  return `${name} ${version}`.trim();
}
