/** Clients with manners among clients without, and little room: the ones get on, the others leave nothing behind. */
import { expect, it } from "vitest";
import { Prng } from "../../sim/world/prng.ts";
import { anEngine, aValueOf } from "../../support/log.ts";
import {
  aPort,
  type Client,
  correlationOf,
  eventually,
  fetchFrame,
  frameOf,
  heldBytes,
  type Port,
  produceFrame,
} from "./testing.ts";

const kibibyte = 1024;
const heldBytesMax = 512 * kibibyte;
const frameBytesMax = 200 * kibibyte;
const partitions = 4;
const requestsEach = 25;

/** Asks one thing after another, in pieces of any size; answers with how many answers came. */
async function polite(client: Client, random: Prng, onAnswer: () => void): Promise<number> {
  for (let id = 0; id < requestsEach; id++) {
    const frame = random.pick([
      () => frameOf("apiVersions", 0, {}, id),
      () => fetchFrame("orders", { correlationId: id, partition: random.below(partitions) }),
      () => produceFrame("orders", aValueOf(1 + random.below(frameBytesMax)), { correlationId: id }),
    ])();
    for (let at = 0; at < frame.length; ) {
      const size = 1 + random.below(64 * kibibyte);
      client.send(frame.subarray(at, at + size));
      at += size;
      if (random.chance(0.3)) await new Promise(resolve => setImmediate(resolve));
    }
    expect(correlationOf(await client.next())).toBe(id);
    onAnswer();
  }
  return requestsEach;
}

/** Does something bad; what is left of it is for the server to clean up. */
function rude(client: Client, random: Prng): void {
  const frame = produceFrame("orders", aValueOf(1 + random.below(frameBytesMax)));
  const fetch = fetchFrame("orders", { partition: random.below(partitions) });
  random.pick([
    () => client.send(frame.subarray(0, random.below(frame.length))),
    () => {
      client.socket.pause();
      client.send(fetch, fetch, fetch);
    },
    () => client.send(random.bytes(100)),
    () => client.send(frame, frame, frame.subarray(0, 10)),
  ])();
}

/** One bad client after another; each goes when so many answers came to others. */
async function crowd(port: Port, random: Prng, answers: () => number, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const client = await port.client();
    rude(client, random);
    const until = answers() + random.below(40);
    await eventually(() => answers() >= until || isOver());
    if (random.chance(0.5)) client.socket.destroy();
    else client.socket.resetAndDestroy();
  }
}

it("lets everyone get on who moves", async () => {
  const engine = anEngine();
  await engine.topics.create({ name: "orders", partitions });
  const port = await aPort({ heldBytesMax, requestsPerConnectionMax: 4 }, { engine });
  let answers = 0;
  let isOver = false;
  const bad = Array.from({ length: 8 }, (_, i) =>
    crowd(
      port,
      new Prng(`rude ${i}`),
      () => answers,
      () => isOver,
    ),
  );
  const good = Array.from({ length: 8 }, async (_, i) => {
    const client = await port.client();
    const count = await polite(client, new Prng(`polite ${i}`), () => {
      answers++;
    });
    client.socket.end();
    return count;
  });
  expect(await Promise.all(good)).toEqual(Array(8).fill(requestsEach));
  isOver = true;
  await Promise.all(bad);
  await eventually(() => port.listener.load.connections === 0 && heldBytes(port.listener) === 0);
  expect(port.ear.loud.filter(({ level }) => level === "error")).toEqual([]);
});
