import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { AnswerBytes } from "../../../lib/kafka/server/answer-bytes.ts";
import { Replies } from "../../../lib/kafka/server/replies.ts";
import { ManualClock } from "../../support/manual-clock.ts";

/** A socket that takes what it is given at once, and keeps what each write brought. */
class TakingSocket {
  readonly writes: string[] = [];
  writable = true;
  destroyed = false;
  writableLength = 0;
  #corked = "";
  #taken: (() => void) | undefined;

  cork(): void {
    this.#corked = "";
  }

  write(part: Uint8Array, taken?: () => void): void {
    this.#corked += Buffer.from(part).toString("hex");
    this.#taken = taken;
  }

  uncork(): void {
    this.writes.push(this.#corked);
    process.nextTick(() => this.#taken?.());
  }
}

function aConnection() {
  const socket = new TakingSocket();
  const answers = new AnswerBytes({ bytesMax: 1_000_000 });
  const deps = { socket: socket as unknown as Socket, answers, clock: new ManualClock() };
  const replies = new Replies({ ...deps, onTaken: () => undefined, onStalled: () => undefined });
  return { socket, answers, replies };
}

const endOfTurn = () => new Promise(resolve => setImmediate(resolve));

describe("answers", () => {
  it("of one turn leave in one write, in their order, those of promises that it settles among them", async () => {
    const { socket, replies } = aConnection();
    replies.send([Uint8Array.of(1)]);
    await Promise.resolve();
    replies.send([Uint8Array.of(2, 3)]);
    expect(socket.writes).toEqual([]);
    await endOfTurn();
    expect(socket.writes).toEqual(["00000001010000" + "00020203"]);
    replies.send([Uint8Array.of(4)]);
    await endOfTurn();
    expect(socket.writes[1]).toBe("0000000104");
  });

  it("count as unsent until they are taken, and are let go when the client went away meanwhile", async () => {
    const { socket, answers, replies } = aConnection();
    replies.send([Uint8Array.of(1)]);
    expect([replies.unsentBytes, answers.bytes]).toEqual([5, 5]);
    socket.writable = false;
    await endOfTurn();
    expect(socket.writes).toEqual([]);
    expect([replies.unsentBytes, answers.bytes]).toEqual([0, 0]);
    await replies.unsentAtMost(0);
  });
});
