/**
 * What the clouds bill, US East (N. Virginia), on demand, without free tier. Check before quoting:
 * https://aws.amazon.com/dynamodb/pricing/on-demand/ and https://aws.amazon.com/s3/pricing/
 */
import type { ItemCounts } from "./item-store.ts";
import type { ObjectCounts } from "./object-store.ts";

/** Dollars for one. */
export const prices = {
  writeUnit: 0.625 / 1e6,
  readUnit: 0.125 / 1e6,
  /** PUT, LIST. DELETE is free. */
  objectPut: 5 / 1e6,
  objectGet: 0.4 / 1e6,
} as const;

/** Dollars for calls, storage and traffic left out. */
export function dollarsOf(items: ItemCounts, objects: ObjectCounts): number {
  return (
    items.writeUnits * prices.writeUnit +
    items.readUnits * prices.readUnit +
    (objects.puts + objects.lists) * prices.objectPut +
    objects.gets * prices.objectGet
  );
}
