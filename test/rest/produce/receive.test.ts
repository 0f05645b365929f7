import { describe, expect, it } from "vitest";
import { makeService } from "../../../lib/rest/deps.ts";
import { defaultRestOptions } from "../../../lib/rest/index.ts";
import { RecordReceiver } from "../../../lib/rest/produce/receive.ts";
import { anEngine, memoryDeps } from "../../support/log.ts";
import { aRequest, aStreamOf } from "../testing.ts";

function aReceiver(body: string | ReadableStream<Uint8Array>, stopping = new AbortController()) {
  const parts = memoryDeps();
  const exposition = () => Promise.resolve({ contentType: "text/plain", text: "" });
  const deps = { ...parts, engine: anEngine(parts), exposition, stopping: stopping.signal };
  const service = makeService(deps, defaultRestOptions);
  return { service, receiver: new RecordReceiver(service, aRequest("POST", "/", { body })) };
}

describe("receiving records", () => {
  it("knows the end of a body whose length was announced, without asking for more", async () => {
    const { receiver } = aReceiver("{}{}");
    expect(await receiver.next()).toMatchObject({ sizeBytes: 4, isLast: true, items: [{}, {}] });
  });

  it("gives what came together, and an end without records of its own", async () => {
    const { receiver, service } = aReceiver(aStreamOf("{}{", "}{}", " "));
    const lots = [await receiver.next(), await receiver.next(), await receiver.next()];
    expect(lots.map(lot => [lot.items.length, lot.sizeBytes, lot.isLast])).toEqual([
      [1, 3, false],
      [2, 3, false],
      [0, 0, true],
    ]);
    expect(service.bodyRoom.used).toBe(6);
    for (const lot of lots) receiver.giveBack(lot);
    expect(service.bodyRoom.used).toBe(0);
  });

  it("gives everything back when it is closed", async () => {
    const { receiver, service } = aReceiver(aStreamOf("{}", '{"value":'));
    await receiver.next();
    await receiver.next();
    expect(service.bodyRoom.used).toBe(11);
    receiver.close();
    expect(service.bodyRoom.used).toBe(0);
  });

  it("takes nothing more once the server stops, however much there is", async () => {
    const stopping = new AbortController();
    const { receiver } = aReceiver(aStreamOf("{}", "{}", "{}"), stopping);
    expect(await receiver.next()).toMatchObject({ isLast: false });
    stopping.abort();
    expect(await receiver.next()).toMatchObject({ isLast: true, items: [{ name: "ServerStopping" }] });
  });
});
