/** Connections that are kept, dropped and shared. A manual clock says how long one idled, or a process was frozen. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AwsStores } from "../../../lib/adapters/aws/index.ts";
import { OutcomeUnknown } from "../../../lib/ports/index.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { openAt } from "./opened.ts";
import { cut, item, StubServer, silence } from "./stub-server.ts";

/** Within the time of a test: the machine may be busy. */
const patiently = { timeout: 20_000 };
const key = { pk: "p", sk: "s" };
const read = (stores: AwsStores) => stores.items.get(key, { consistent: true });

let clock: ManualClock;
let server: StubServer;
let stores: AwsStores;
beforeEach(async () => {
  clock = new ManualClock();
  server = await StubServer.start();
  server.answers(item({}));
  stores = openAt(server.url, { clock });
});
afterEach(async () => {
  await stores.close();
  await server.close();
});

describe("a connection", () => {
  it("serves call after call", async () => {
    for (let i = 0; i < 20; i++) await read(stores);
    expect(server.connections).toBe(1);
  });

  it("is kept over short gaps, however many", async () => {
    for (let i = 0; i < 5; i++) {
      await read(stores);
      await clock.advance(3_900);
    }
    expect(server.connections).toBe(1);
  });

  it("that idled too long is not used again", async () => {
    await read(stores);
    await clock.advance(4_100);
    await read(stores);
    expect(server.connections).toBe(2);
  });

  it.each([60_000, -60_000])(
    "is not used after a freeze that only the wall clock shows, by %i ms",
    async jumpMs => {
      await read(stores);
      clock.jump(jumpMs);
      await read(stores);
      expect(server.connections).toBe(2);
    },
  );

  it("is not used after a freeze that the wall clock does not show", async () => {
    await read(stores);
    await clock.advance(60_000);
    clock.jump(-60_000);
    await read(stores);
    expect(server.connections).toBe(2);
  });

  it("that was ended by the server while the process was frozen causes no doubt", async () => {
    await Promise.all(Array.from({ length: 10 }, () => read(stores)));
    const before = server.connections;
    // The end arrives while nothing runs here: the process finds it together with the next call.
    server.endIdleConnections();
    clock.jump(300_000);
    await Promise.all(Array.from({ length: 10 }, () => read(stores)));
    expect(server.connections).toBeGreaterThan(before);
  });

  it("is ended with the stores", async () => {
    await read(stores);
    await stores.close();
    await expect.poll(() => server.openConnections(), patiently).toBe(0);
  });
});

describe("calls side by side", () => {
  it("share no more connections than allowed, and warn of nothing", async () => {
    const warnings: unknown[] = [];
    const note = (warning: unknown): void => void warnings.push(warning);
    process.on("warning", note);
    const few = openAt(server.url, { connectionsMax: 7 });
    await Promise.all(Array.from({ length: 200 }, () => read(few)));
    await Promise.all(Array.from({ length: 200 }, () => read(stores)));
    // Warnings are told in a later turn.
    await new Promise(resolve => setImmediate(resolve));
    process.off("warning", note);
    expect(warnings).toEqual([]);
    expect(server.received.length).toBe(400);
    expect(server.connections).toBeLessThanOrEqual(7 + 50);
    await few.close();
  });

  it("give their places back, however they end", async () => {
    const few = openAt(server.url, { connectionsMax: 2 });
    server.reset();
    server.answers(cut);
    await Promise.allSettled(Array.from({ length: 20 }, () => read(few)));
    server.reset();
    server.answers(silence);
    const silent = openAt(server.url, { clock, connectionsMax: 2 });
    for (let round = 0; round < 3; round++) {
      const call = expect(read(silent)).rejects.toThrow(OutcomeUnknown);
      await server.arrived(21 + round);
      await clock.advance(10_000);
      await call;
    }
    server.reset();
    server.answers(item({}));
    await Promise.all(Array.from({ length: 20 }, () => read(few)));
    await Promise.all(Array.from({ length: 20 }, () => read(silent)));
    await few.close();
    await silent.close();
  });
});
