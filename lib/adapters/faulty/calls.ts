/**
 * A call on a port, as data: what `decide` looks at to choose an outcome, and what a trace shows.
 */
import type {
  BatchWrite,
  ByteRange,
  Condition,
  Item,
  ItemKey,
  Query,
  ReadOptions,
  Update,
} from "../../ports/index.ts";

/** A call on the item store, with its arguments as they were when it was made. */
export type ItemCall = { readonly port: "items" } & (
  | { readonly operation: "get"; readonly key: ItemKey; readonly options: ReadOptions }
  | { readonly operation: "query"; readonly query: Query }
  | {
      readonly operation: "update";
      readonly key: ItemKey;
      readonly update: Update;
      readonly condition: Condition | undefined;
    }
  | { readonly operation: "put"; readonly item: Item; readonly condition: Condition | undefined }
  | { readonly operation: "delete"; readonly key: ItemKey; readonly condition: Condition | undefined }
  | { readonly operation: "batchGet"; readonly keys: readonly ItemKey[]; readonly options: ReadOptions }
  | { readonly operation: "batchWrite"; readonly writes: readonly BatchWrite[] }
);

/** A call on the object store, with its arguments as they were when it was made. */
export type ObjectCall = { readonly port: "objects" } & (
  | { readonly operation: "put"; readonly key: string; readonly bytes: Uint8Array }
  | { readonly operation: "get"; readonly key: string; readonly range: ByteRange | undefined }
  | { readonly operation: "delete"; readonly keys: readonly string[] }
  | {
      readonly operation: "list";
      readonly prefix: string;
      readonly after: string | undefined;
      readonly limit: number | undefined;
    }
);

export type Call = ItemCall | ObjectCall;

/** `items.update`, `objects.put`. */
export function nameOfCall(call: Call): string {
  return `${call.port}.${call.operation}`;
}

/** An eventual read: the only call that may answer from an older image. */
export function isEventualRead(call: Call): boolean {
  if (call.port === "objects") return false;
  if (call.operation === "query") return !call.query.consistent;
  return (call.operation === "get" || call.operation === "batchGet") && !call.options.consistent;
}
