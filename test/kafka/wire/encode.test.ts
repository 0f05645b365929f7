/** What the encoder refuses to write: a value that its field cannot hold would reach the client as another one. */
import { describe, expect, it } from "vitest";
import {
  encode,
  int8,
  int16,
  int32,
  int64,
  list,
  type Message,
  message,
  records,
  Sink,
  string,
  struct,
  uint16,
  uuid,
} from "../../../lib/kafka/wire/index.ts";
import { concat } from "../../../lib/std/index.ts";

const every = message("Every", "0-2", "2+", {
  small: int8(),
  short: int16(),
  port: uint16(),
  count: int32(),
  long: int64(),
  id: uuid(),
  name: string(),
  note: string("0+", { nullable: "1+" }),
});

function bytesOf(given: Message, version: number, draft: object): Uint8Array {
  const sink = new Sink();
  encode(sink, given, version, draft);
  return concat(sink.parts());
}

describe("a value that its field cannot hold is a fault of ours", () => {
  it.each([
    [{ small: 128 }, "small is 128, not an integer in [-128, 127]"],
    [{ short: -32_769 }, "short is -32769, not an integer in [-32768, 32767]"],
    [{ port: -1 }, "port is -1, not an integer in [0, 65535]"],
    [{ count: 2 ** 31 }, "count is 2147483648, not an integer in [-2147483648, 2147483647]"],
    [{ count: 0.5 }, "count is 0.5, not an integer in [-2147483648, 2147483647]"],
    [{ long: 2 ** 53 }, "9007199254740992 is not a safe integer"],
    [{ id: "short" }, 'id is "short", not a uuid in base64url'],
    [{ name: "x".repeat(32_768) }, "name has 32768 bytes, at most 32767"],
    [{ name: "\u00e4".repeat(16_384) }, "name has 32768 bytes, at most 32767"],
    [{ note: null }, "Every v0: note must not be null"],
  ])("%o", (draft, message) => {
    expect(() => bytesOf(every, 0, draft)).toThrow(message);
  });

  it("whatever the form", () => {
    expect(() => bytesOf(every, 2, { name: "x".repeat(32_768) })).toThrow("at most 32767");
    expect(bytesOf(every, 2, { name: "x".repeat(32_767) }).length).toBeGreaterThan(32_767);
  });
});

describe("a value that the version has no field for", () => {
  const grown = message("Grown", "0-1", "none", {
    later: int32("1+"),
    dropped: int32("1+", { ignorable: true }),
    inner: struct({ names: list({ name: string() }) }, "1+"),
  });

  it("is a fault of ours, unless it may be dropped or is the default", () => {
    expect(() => bytesOf(grown, 0, { later: 1 })).toThrow("Grown v0 has no later: 1 would be lost");
    expect(() => bytesOf(grown, 0, { inner: { names: [{ name: "a" }] } })).toThrow("has no inner");
    expect(bytesOf(grown, 0, { dropped: 1 })).toEqual(new Uint8Array());
    expect(bytesOf(grown, 0, { later: 0, inner: { names: [] } })).toEqual(new Uint8Array());
  });
});

it("leaves out a tagged struct that says nothing but defaults", () => {
  const tagged = message("Tagged", "0", "0+", {
    leader: struct({ id: int32("0+", { default: -1 }), epoch: int32("0+", { default: -1 }) }, "0+", {
      tag: 3,
    }),
  });
  expect(bytesOf(tagged, 0, { leader: { id: -1 } })).toEqual(new Uint8Array([0]));
  expect(Buffer.from(bytesOf(tagged, 0, { leader: { id: 1 } })).toString("hex")).toBe(
    "01030900000001ffffffff00",
  );
});

it("writes tagged fields in the order of their tags, wherever the table has them", () => {
  const tagged = message("Tagged", "0", "0+", { b: int8("0+", { tag: 9 }), a: int8("0+", { tag: 2 }) });
  expect(Buffer.from(bytesOf(tagged, 0, { b: 1, a: 1 })).toString("hex")).toBe("02020101090101");
});

it("hands records on as the views that they are", () => {
  const batches = message("Batches", "0", "none", { records: records() });
  const views = [new Uint8Array([1, 2]), new Uint8Array([3])];
  const sink = new Sink();
  encode(sink, batches, 0, { records: views });
  const [length, ...rest] = sink.parts();
  expect(length).toEqual(new Uint8Array([0, 0, 0, 3]));
  expect(rest[0]).toBe(views[0]);
  expect(rest[1]).toBe(views[1]);
});
