/**
 * Single facts of a whole log: `C` / `<name>`. `floor`: segments older than this are swept and may never commit.
 * `cluster`: the id that clients see, made once per table or data directory. `format-level`: what writers write.
 * `producer-id`: the first that was never given to anyone.
 */
import type { Attributes, Condition, ItemKey, Update } from "../../ports/index.ts";
import { MalformedBytes } from "../../std/index.ts";
import { checkVersionIfAny, located } from "../levels/index.ts";

/** stored: never change or reuse. */
export type CounterName = "floor" | "cluster" | "format-level" | "producer-id";

/** Where a counter lies. */
export function counterKey(name: CounterName): ItemKey {
  return { pk: "C", sk: name };
}

/** A counter as it is stored. */
export function counterAttributes(value: string | number): Attributes {
  return { value };
}

/** Raises a number, never lowers it: refused where it is as high. */
export function raiseCounterUpdate(to: number): { readonly update: Update; readonly condition: Condition } {
  return {
    update: { set: { value: to } },
    condition: [
      { kind: "either", of: [[{ kind: "itemAbsent" }], [{ kind: "below", name: "value", value: to }]] },
    ],
  };
}

/** The number of a counter; 0 when it was never written. Throws MalformedBytes, and FormatNewer. */
export function readNumberCounter(name: CounterName, attributes: Attributes | undefined): number {
  located(
    () => `counter ${name}`,
    () => checkVersionIfAny("counter", attributes?.["v"]),
  );
  const value = attributes?.["value"] ?? 0;
  if (typeof value !== "number") throw new MalformedBytes(`counter ${name} is no number`);
  return value;
}

/** The text of a counter, if it was written. Throws MalformedBytes, and FormatNewer. */
export function readTextCounter(name: CounterName, attributes: Attributes | undefined): string | undefined {
  located(
    () => `counter ${name}`,
    () => checkVersionIfAny("counter", attributes?.["v"]),
  );
  const value = attributes?.["value"];
  if (value !== undefined && typeof value !== "string")
    throw new MalformedBytes(`counter ${name} is no text`);
  return value;
}
