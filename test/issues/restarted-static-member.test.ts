import { expect, it } from "vitest";
import { utf8 } from "../../lib/std/index.ts";
import { joined, synced } from "../engine/groups/testing.ts";
import { anEngine } from "../support/log.ts";

// Found by franz-go, whose members say what they own when they join: one that was restarted owns nothing, and says so. Kafka
// looks at the protocol alone, and so nobody notices.
it("lets a static member come back without a rebalance that has something else to say", async () => {
  const engine = anEngine();
  const says = (text: string) => ({ protocols: [{ name: "range", metadata: utf8(text) }] });
  const first = await joined(engine, { instanceId: "one", ...says("owns 0 and 1") });
  await synced(engine, first, { instanceId: "one" });
  const back = await joined(engine, { instanceId: "one", ...says("owns nothing") });
  expect(back).toMatchObject({ generation: first.generation, skipsAssignment: true });
  expect(await synced(engine, { ...back, members: [] }, { instanceId: "one" })).toBe(`for ${first.memberId}`);
  // Its answer may be lost: what it said counts from now on.
  expect(back.members.map(({ metadata }) => metadata)).toEqual([utf8("owns nothing")]);
});

it("begins a rebalance for a static member that comes back without the group's protocol", async () => {
  const engine = anEngine();
  const first = await joined(engine, { instanceId: "one" });
  await synced(engine, first, { instanceId: "one" });
  const back = await joined(engine, {
    instanceId: "one",
    protocols: [{ name: "other", metadata: utf8("m") }],
  });
  expect(back).toMatchObject({ generation: first.generation + 1, protocol: "other" });
});
