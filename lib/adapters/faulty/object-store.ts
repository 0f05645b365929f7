/**
 * An object store whose calls fail, get lost or come late, and whose bytes may arrive damaged, as `decide` says.
 * What is stored underneath stays whole.
 */
import type { ByteRange, GetResult, ListResult, ObjectStore, PutResult } from "../../ports/index.ts";
import { concat } from "../../std/index.ts";
import type { ObjectCall } from "./calls.ts";
import type { Damage, Outcome } from "./outcome.ts";
import { Wire, type WireDeps } from "./wire.ts";

export class FaultyObjectStore implements ObjectStore {
  readonly #store: ObjectStore;
  readonly #wire: Wire;

  constructor(deps: WireDeps & { readonly store: ObjectStore }) {
    this.#store = deps.store;
    this.#wire = new Wire(deps);
  }

  put(key: string, parts: readonly Uint8Array[]): Promise<PutResult> {
    const call = { port: "objects", operation: "put", key, bytes: concat(parts) } as const;
    return this.#wire.call(call, async outcome => {
      const result = await this.#store.put(key, [call.bytes]);
      return { ...result, storeTimeMs: result.storeTimeMs + aheadMs(outcome) };
    });
  }

  get(key: string, range?: ByteRange): Promise<GetResult> {
    const call: ObjectCall = { port: "objects", operation: "get", key, range: range && { ...range } };
    return this.#wire.call(call, async outcome => {
      const result = await this.#store.get(key, call.range);
      if (outcome.kind === "damaged" && outcome.damage.kind === "lost") return { kind: "missing" };
      return outcome.kind === "damaged" && result.kind === "found"
        ? { kind: "found", bytes: damaged(result.bytes, call.range?.start ?? 0, outcome.damage) }
        : result;
    });
  }

  delete(keys: readonly string[]): Promise<void> {
    const call = { port: "objects", operation: "delete", keys: [...keys] } as const;
    return this.#wire.call(call, () => this.#store.delete(call.keys));
  }

  list(
    prefix: string,
    options: { readonly after?: string; readonly limit?: number } = {},
  ): Promise<ListResult> {
    const { after, limit } = options;
    const call: ObjectCall = { port: "objects", operation: "list", prefix, after, limit };
    return this.#wire.call(call, async outcome => {
      const count = outcome.kind === "short" ? Math.min(outcome.count, limit ?? outcome.count) : limit;
      const result = await this.#store.list(prefix, {
        ...(after !== undefined && { after }),
        ...(count !== undefined && { limit: count }),
      });
      return { ...result, storeTimeMs: result.storeTimeMs + aheadMs(outcome) };
    });
  }
}

function aheadMs(outcome: Outcome): number {
  return outcome.kind === "ok" ? (outcome.storeTimeAheadMs ?? 0) : 0;
}

/** The bytes of a range that starts at `start` of the object. */
function damaged(bytes: Uint8Array, start: number, damage: Damage): Uint8Array {
  if (damage.kind === "lost") return bytes;
  const at = damage.at - start;
  if (damage.kind === "cutOff") return bytes.subarray(0, Math.max(0, Math.min(at, bytes.length)));
  const byte = bytes[at];
  if (byte !== undefined) bytes[at] = byte ^ 1;
  return bytes;
}
