/**
 * A gateway that serves Kafka's clients: `N` / `<node id, 10 digits>`. Says where it is found and until when it counts as
 * alive. It decides only whom clients are sent to, never who may write: any gateway serves any partition.
 */
import type { Attributes, Condition, Item, ItemKey } from "../../ports/index.ts";
import { MalformedBytes } from "../../std/index.ts";
import { checkVersionIfAny, located } from "../levels/index.ts";

/** The partition key of all gateways. */
export const gatewayPartitionKey = "N";
const idDigits = 10;

/** One gateway. */
export type GatewayItem = {
  readonly id: number;
  readonly host: string;
  readonly port: number;
  /** Who holds the id: random, made once per process. */
  readonly holder: string;
  /** Counts as alive until then, by its own clock, ms. */
  readonly untilMs: number;
};

/** Where a gateway of this id lies. */
export function gatewayKey(id: number): ItemKey {
  return { pk: gatewayPartitionKey, sk: String(id).padStart(idDigits, "0") };
}

/** As it is stored. */
export function gatewayItem({ id, host, port, holder, untilMs }: GatewayItem): Item {
  return { ...gatewayKey(id), attributes: { host, port, holder, untilMs } };
}

/** Reads a gateway. Throws MalformedBytes, and FormatNewer. */
export function readGateway(sk: string, { v, host, port, holder, untilMs }: Attributes): GatewayItem {
  located(
    () => `gateway ${sk}`,
    () => checkVersionIfAny("gateway", v),
  );
  const id = Number(sk);
  const isWhole = typeof host === "string" && typeof port === "number" && typeof untilMs === "number";
  if (!isWhole || typeof holder !== "string" || !Number.isSafeInteger(id))
    throw new MalformedBytes(`gateway ${sk} lacks a field`);
  return { id, host, port, holder, untilMs };
}

/** Holds when the id is free: nobody had it, or its holder has been silent since `deadBeforeMs`, or it is ours. */
export function gatewayFree(holder: string, deadBeforeMs: number): Condition {
  return [
    {
      kind: "either",
      of: [
        [{ kind: "itemAbsent" }],
        [
          { kind: "below", name: "untilMs", value: deadBeforeMs },
          // What a newer release has written is not ours to replace.
          { kind: "absent", name: "v" },
        ],
        [{ kind: "equals", name: "holder", value: holder }],
      ],
    },
  ];
}
