/**
 * Requests that no one would send, to a real port: every API that is served, in every version, with arbitrary values, whole and
 * damaged. Each is answered, or its connection is ended as garbage; none meets a fault of ours.
 */
import { describe, expect, it } from "vitest";
import { apiOf } from "../../../lib/kafka/api-table.ts";
import { decode, includes, readRequestHeader } from "../../../lib/kafka/wire/index.ts";
import { Prng } from "../../sim/world/prng.ts";
import { aPort, correlationOf, eventually, heldBytes, type Port, sized } from "../server/testing.ts";
import { damages } from "./damage.ts";
import { type Frame, validFrames } from "./frames.ts";

const apiVersionsKey = 18;
const served = [7, 8].flatMap(validFrames).filter(({ bytes, version }) => {
  const api = apiOf(readRequestHeader(bytes).apiKey);
  return api !== undefined && includes(api.served, version);
});

/** Sends one frame and ends its side, so that no fetch waits; answers with what came back. */
async function answerTo({ client }: Port, bytes: Uint8Array): Promise<Uint8Array | undefined> {
  const one = await client();
  one.send(sized(bytes));
  one.socket.end();
  await one.closed;
  return one.waiting > 0 ? one.next() : undefined;
}

/** Throws unless these are the bytes of an answer to this request. */
function checkAnswer({ bytes, version }: Frame, answer: Uint8Array): void {
  const header = readRequestHeader(bytes);
  const api = apiOf(header.apiKey);
  if (!api) throw new Error(`an answer of no API`);
  const hasTaggedFields = includes(api.response.flexible, version) && api.key !== apiVersionsKey;
  expect(correlationOf(answer)).toBe(header.correlationId);
  decode(api.response, version, answer.subarray(hasTaggedFields ? 5 : 4));
}

/** What makes no answer at all: produce with acks 0. */
function wantsNoAnswer({ message, version, bytes }: Frame): boolean {
  if (message.name !== "ProduceRequest") return false;
  const body = bytes.subarray(
    readRequestHeader(bytes).bodyAt + (includes(message.flexible, version) ? 1 : 0),
  );
  return (decode(message, version, body) as unknown as { acks: number }).acks === 0;
}

describe("arbitrary requests", () => {
  it("are answered, every one, in the version that they ask in", async () => {
    const port = await aPort();
    expect(served.length).toBeGreaterThan(200);
    const unanswered: string[] = [];
    for (const frame of served) {
      const answer = await answerTo(port, frame.bytes);
      if (answer) checkAnswer(frame, answer);
      else if (!wantsNoAnswer(frame)) unanswered.push(`${frame.message.name} v${frame.version}`);
    }
    expect(unanswered).toEqual([]);
    expect(port.ear.loud).toEqual([]);
  });

  it("that are damaged harm nobody", async () => {
    const port = await aPort();
    const random = new Prng("damaged requests");
    let answered = 0;
    for (let i = 0; i < 300; i++) {
      const kind = random.pick(Object.keys(damages));
      const damaged = damages[kind]?.(random.pick(served).bytes, random);
      if (damaged && (await answerTo(port, damaged))) answered++;
    }
    expect(answered).toBeGreaterThan(50);
    expect(port.ear.loud.filter(({ level }) => level === "error")).toEqual([]);
    expect(port.ear.loud.length).toBeGreaterThan(50);
    await eventually(() => port.listener.load.connections === 0);
    expect(heldBytes(port.listener)).toBe(0);
    expect(await (await port.client()).ask("apiVersions", 0, {})).toMatchObject({ errorCode: 0 });
  });
});
