/** Every message in every version: what is written is read again, byte for byte as the plain encoder writes it. */
import { deepStrictEqual, strictEqual } from "node:assert";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decode, encode, type Message, Sink } from "../../../lib/kafka/wire/index.ts";
import { concat, MalformedBytes } from "../../../lib/std/index.ts";
import { apis } from "../apis/all.ts";
import { valuesOf, versionsOf } from "./arbitrary.ts";
import { plainBytes } from "./plain-encoder.ts";

const messages = apis.flatMap(({ request, response }) => [request, response]);
const runsPerVersion = 6;
const cutsPerCase = 8;

type Case = { readonly version: number; readonly values: object; readonly bytes: Uint8Array };

/** Holds a property against arbitrary values of every version. Plain assertions: `expect` takes most of the time else. */
function inEveryVersion(message: Message, check: (given: Case) => void): void {
  let cases = 0;
  for (const version of versionsOf(message))
    fc.assert(
      fc.property(valuesOf(message, version), values => {
        check({ version, values, bytes: bytesOf(message, version, values) });
        cases++;
      }),
      { numRuns: runsPerVersion },
    );
  expect(cases).toBe(runsPerVersion * versionsOf(message).length);
}

function bytesOf(message: Message, version: number, values: object): Uint8Array {
  const sink = new Sink();
  encode(sink, message, version, values);
  const bytes = concat(sink.parts());
  strictEqual(sink.length, bytes.length);
  return bytes;
}

function isRefused(message: Message, version: number, bytes: Uint8Array): boolean {
  try {
    decode(message, version, bytes);
    return false;
  } catch (error) {
    return error instanceof MalformedBytes;
  }
}

describe.each(messages.map(message => ({ name: message.name, message })))("$name", ({ message }) => {
  it("is written as the plain encoder writes it", () => {
    inEveryVersion(message, ({ version, values, bytes }) => {
      const expected = plainBytes(message, version, { ...values });
      strictEqual(Buffer.from(bytes).toString("hex"), expected.toString("hex"));
    });
  });

  it("reads as what was written, and is written again as the same bytes", () => {
    inEveryVersion(message, ({ version, values, bytes }) => {
      const decoded = decode(message, version, bytes);
      deepStrictEqual(decoded, values);
      deepStrictEqual(bytesOf(message, version, decoded), bytes);
    });
  });

  it("passes over tagged fields that it does not know", () => {
    const unknown = [Buffer.from("from the future"), Buffer.alloc(0), Buffer.alloc(300, 7)];
    inEveryVersion(message, ({ version, values }) => {
      const bytes = new Uint8Array(plainBytes(message, version, { ...values }, unknown));
      deepStrictEqual(decode(message, version, bytes), values);
    });
  });

  it("is refused when it ends before its end; what follows it is left alone", () => {
    inEveryVersion(message, ({ version, values, bytes }) => {
      for (let length = 0; length < bytes.length; length += 1 + Math.floor(bytes.length / cutsPerCase))
        strictEqual(isRefused(message, version, bytes.subarray(0, length)), true, `cut at ${length}`);
      deepStrictEqual(decode(message, version, concat([bytes, Buffer.of(0)])), values, "one byte more");
    });
  });
});

it("covers every message that there is a table for", () => {
  expect(messages.length).toBe(2 * apis.length);
  expect(messages.flatMap(versionsOf).length).toBeGreaterThan(300);
});
