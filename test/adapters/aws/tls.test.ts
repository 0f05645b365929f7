/**
 * Over TLS, as in the cloud: before the connection is secured nothing was sent, afterwards anything may have been.
 * Taking one for the other would let a commit be sent twice.
 */
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { AwsStores } from "../../../lib/adapters/aws/index.ts";
import { OutcomeUnknown, StoreUnavailable } from "../../../lib/ports/index.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { openAt } from "./opened.ts";
import { selfSigned } from "./self-signed.ts";
import { cut, item, reset, StubServer } from "./stub-server.ts";

const key = { pk: "p", sk: "s" };
const identity = selfSigned();
const trusted = getCACertificates("default");

let server: StubServer;
let stores: AwsStores;
beforeAll(() => setDefaultCACertificates([...trusted, identity.cert]));
afterAll(() => setDefaultCACertificates(trusted));
beforeEach(async () => {
  server = await StubServer.start(identity);
  stores = openAt(server.url);
});
afterEach(async () => {
  await stores.close();
  await server.close();
});

describe("a secured connection", () => {
  it("is kept for the next call", async () => {
    server.answers(item({}));
    expect(await stores.items.get(key, { consistent: true })).toBeUndefined();
    expect(await stores.items.get(key, { consistent: true })).toBeUndefined();
    expect(server.connections).toBe(1);
  });

  it.each([
    ["cut", cut],
    ["reset", reset],
  ])(
    "that is %s leaves the outcome unknown, the first time and when it is used again",
    async (_how, ending) => {
      server.answers(ending, item({}), ending);
      await expect(stores.items.update(key, {})).rejects.toThrow(OutcomeUnknown);
      await stores.items.get(key, { consistent: true });
      await expect(stores.items.update(key, {})).rejects.toThrow(OutcomeUnknown);
      expect(server.connections).toBe(2);
    },
  );

  it("is bound to no time once it stands", async () => {
    const clock = new ManualClock();
    const opened = openAt(server.url, { clock, connectTimeoutMs: 1_000 });
    server.answers(item({}));
    await opened.items.get(key, { consistent: true });
    await clock.advance(2_000);
    await opened.items.get(key, { consistent: true });
    expect(server.connections).toBe(1);
    await opened.close();
  });
});

describe("a server that is not who it should be", () => {
  it("is sent nothing", async () => {
    setDefaultCACertificates(trusted);
    try {
      await expect(stores.items.update(key, {})).rejects.toThrow(StoreUnavailable);
      await expect(stores.items.update(key, {})).rejects.toThrow(/DEPTH_ZERO_SELF_SIGNED_CERT|self-signed/);
      expect(server.received).toEqual([]);
    } finally {
      setDefaultCACertificates([...trusted, identity.cert]);
    }
  });
});
