/** Gateways that share a log find each other, keep apart and are forgotten when they fall silent. */
import { describe, expect, it } from "vitest";
import { MemoryItemStore } from "../../../lib/adapters/memory/index.ts";
import { SystemRandom } from "../../../lib/adapters/system/index.ts";
import { preferredOf } from "../../../lib/kafka/gateways/rendezvous.ts";
import { GatewayRegistry } from "../../../lib/kafka/index.ts";
import { silentTelemetry } from "../../../lib/ports/index.ts";
import { ManualClock } from "../../support/manual-clock.ts";

function aStack() {
  const items = new MemoryItemStore();
  const clock = new ManualClock();
  const join = async (host: string): Promise<GatewayRegistry> => {
    const deps = { items, clock, random: new SystemRandom(), telemetry: silentTelemetry };
    const registry = new GatewayRegistry(deps, { address: { host, port: 9092 } });
    await registry.start();
    return registry;
  };
  return { items, clock, join };
}

const anywhere = { host: "", port: 0 };
const hostsOf = (registry: GatewayRegistry) => registry.list(anywhere).map(({ host }) => host);

describe("gateways", () => {
  it("take the least free ids, and list themselves first", async () => {
    const { join, clock } = aStack();
    const a = await join("a");
    const b = await join("b");
    await clock.advance(5_000);
    expect([a.ownId, b.ownId]).toEqual([1, 2]);
    expect(hostsOf(a)).toEqual(["a", "b"]);
    expect(hostsOf(b)).toEqual(["b", "a"]);
  });

  it("are forgotten when they stop, and their ids are free", async () => {
    const { join, clock } = aStack();
    const a = await join("a");
    const b = await join("b");
    await a.stop();
    await clock.advance(5_000);
    expect(hostsOf(b)).toEqual(["b"]);
    expect((await join("c")).ownId).toBe(1);
  });

  it("agree on the gateway that a partition prefers", async () => {
    const { join, clock } = aStack();
    const all = [await join("a"), await join("b"), await join("c")];
    await clock.advance(5_000);
    for (let partition = 0; partition < 50; partition++)
      expect(new Set(all.map(each => each.preferred("topic", partition))).size).toBe(1);
  });
});

describe("the preferred gateway", () => {
  it("changes only for the partitions of the one that goes", () => {
    const before = Array.from({ length: 1000 }, (_, partition) => preferredOf([1, 2, 3, 4], "t", partition));
    const after = Array.from({ length: 1000 }, (_, partition) => preferredOf([1, 2, 4], "t", partition));
    for (const [partition, id] of before.entries()) if (id !== 3) expect(after[partition]).toBe(id);
    for (const id of [1, 2, 3, 4]) expect(before.filter(each => each === id).length).toBeGreaterThan(150);
  });
});
