/** Bytes that no honest client sends: refused by their own error, before anything is made of them. */
import { describe, expect, it } from "vitest";
import { messages } from "../../../lib/kafka/apis/index.ts";
import {
  bodyOf,
  bool,
  decode,
  int8,
  int64,
  list,
  listOf,
  type Message,
  message,
  readRequestHeader,
  string,
  struct,
} from "../../../lib/kafka/wire/index.ts";
import { MalformedBytes } from "../../../lib/std/index.ts";
import { hex, varint } from "./plain-encoder.ts";

/** What a message of these bytes is refused with. */
function refusalOf(given: Message, version: number, bytes: Uint8Array): string {
  try {
    decode(given, version, bytes);
  } catch (error) {
    if (error instanceof MalformedBytes) return error.message;
    throw error;
  }
  return "decoded";
}

const classic = message("Classic", "0-1", "1+", {
  names: listOf("string"),
  structs: list({ flag: bool(), inner: list({ flag: bool() }) }),
});
const flexible = 1;

describe("a count", () => {
  it("of more than the bytes that are there is refused, in both forms", () => {
    expect(refusalOf(classic, 0, hex("7fffffff 0000"))).toBe(
      "2147483647 elements of 2 bytes or more at 4, 2 bytes are left",
    );
    expect(refusalOf(classic, flexible, hex("ffffffff07 0000"))).toBe(
      "2147483646 elements of 1 bytes or more at 5, 2 bytes are left",
    );
  });

  it("is measured by what an element takes at least", () => {
    // A partition of Fetch 12 has 33 bytes: 34 of them do not fit into 1,100.
    const request = hex(`ffffffff 00000000 00000000 00000000 00 00000000 00000000 02 01 ${"23"}`);
    expect(refusalOf(messages.fetch.request, 12, Buffer.concat([request, Buffer.alloc(1_100)]))).toMatch(
      /^34 elements of 33 bytes or more at 28, 1100 bytes are left$/,
    );
  });

  it("below zero is null, which these lists are not", () => {
    for (const negative of ["ffffffff", "fffffffe", "80000000"])
      expect(refusalOf(classic, 0, hex(`${negative} 00000000`))).toBe(
        "a list before 4 is null and must not be",
      );
    expect(refusalOf(classic, flexible, hex("00 01 00"))).toBe("a list before 1 is null and must not be");
  });

  it("is bounded over all lists of a message, nested ones too", () => {
    // Each struct holds a list of one struct: two elements for seven bytes.
    const struct = hex("01 00000001 01");
    const structs = 250_001;
    const count = Buffer.alloc(8);
    count.writeInt32BE(structs, 4);
    const bytes = Buffer.concat([count, ...Array.from({ length: structs }, () => struct)]);
    expect(refusalOf(classic, 0, bytes)).toBe("more than 500000 elements in a message");
  });

  it("believes a struct that may be null to be one byte", () => {
    const cursors = message("Cursors", "0", "none", {
      cursors: list({ at: struct({ name: string(), offset: int64() }, "0+", { nullable: "0+" }) }),
    });
    expect(decode(cursors, 0, hex("00000002 ff ff"))).toEqual({ cursors: [{ at: null }, { at: null }] });
  });

  it("of elements without any bytes is refused by the table itself", () => {
    const empty = message("Empty", "0-1", "1+", { nothings: list({ later: int8("1+") }) });
    expect(() => decode(empty, 0, hex("00000002"))).toThrow("elements of no bytes");
    expect(decode(empty, 1, hex("03 07 00 08 00 00"))).toEqual({ nothings: [{ later: 7 }, { later: 8 }] });
  });
});

describe("a length", () => {
  const text = message("Text", "0-1", "1+", { name: string() });

  it("beyond the end is refused", () => {
    expect(refusalOf(text, 0, hex("7fff 61"))).toBe("32767 bytes wanted at 2, 1 are left");
    expect(refusalOf(text, flexible, hex("80 80 01 61"))).toBe("16383 bytes wanted at 3, 1 are left");
  });

  it("below zero is null, which this text is not", () => {
    expect(refusalOf(text, 0, hex("ffff"))).toBe("a string before 2 is null and must not be");
    expect(refusalOf(text, 0, hex("8000"))).toBe("a string before 2 is null and must not be");
  });

  it("of a text is bounded in the compact form too, where it could be any", () => {
    const bytes = Buffer.concat([varint(32_769), Buffer.alloc(32_769, 0x61), hex("00")]);
    expect(refusalOf(text, flexible, bytes)).toBe("a text of 32768 bytes at 3, at most 32767");
  });

  it("as a varint of more than 31 bits is refused", () => {
    for (const value of [2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 52n])
      expect(refusalOf(text, flexible, varint(value))).toMatch(/^a varint before \d is \d+, at most/);
    expect(refusalOf(text, flexible, Buffer.alloc(20, 0xff))).toBe(
      "a varint before 8 is longer than 53 bits",
    );
  });

  it("as a varint of more bytes than needed is what it says, as for Kafka", () => {
    expect(decode(text, flexible, hex("82 80 00 61 00"))).toEqual({ name: "a" });
  });
});

it("refuses a text that is not UTF-8", () => {
  const request = hex("00000001 0002 c328");
  expect(refusalOf(messages.metadata.request, 1, request)).toBe("2 bytes are not valid UTF-8");
});

describe("tagged fields", () => {
  const tagged = message("Tagged", "0", "0+", {
    names: listOf("string", "0+", { tag: 0 }),
    leader: struct({ id: int8() }, "0+", { tag: 1 }),
  });

  it("are refused when there cannot be so many", () => {
    expect(refusalOf(tagged, 0, hex("ffffffff07 00 00"))).toBe(
      "2147483647 elements of 2 bytes or more at 5, 2 bytes are left",
    );
  });

  it("are bounded, those that nobody knows too", () => {
    const bytes = Buffer.concat([varint(500_001), Buffer.from("0500".repeat(500_001), "hex")]);
    expect(refusalOf(tagged, 0, bytes)).toBe("more than 500000 elements in a message");
  });

  it("are refused when one ends before or after its size", () => {
    expect(refusalOf(tagged, 0, hex("01 01 03 05 00 00"))).toBe("tagged field 1 ends at 5 and not at 6");
    expect(refusalOf(tagged, 0, hex("01 01 01 05 00"))).toBe("tagged field 1 ends at 5 and not at 4");
    expect(refusalOf(tagged, 0, hex("01 09 05 00"))).toBe("5 bytes wanted at 3, 1 are left");
  });

  it("count to the same bound as all other lists", () => {
    const names = Buffer.concat([varint(500_001), Buffer.alloc(500_000, 1)]);
    const bytes = Buffer.concat([hex("01 00"), varint(names.length), names]);
    expect(refusalOf(tagged, 0, bytes)).toBe("more than 500000 elements in a message");
  });

  it("of a header are bounded like those of a message", () => {
    const start = hex("0012 0003 00000001 ffff");
    const bomb = Buffer.concat([start, varint(500_001), Buffer.from("0500".repeat(500_001), "hex")]);
    expect(() => bodyOf(bomb, readRequestHeader(bomb), true)).toThrow("more than 500000 elements");
  });

  it("of a header are passed over", () => {
    const frame = hex("0012 0003 00000001 ffff 02 07 02 abcd 08 00 01020304");
    expect(bodyOf(frame, readRequestHeader(frame), true)).toEqual(hex("01020304"));
  });
});

describe("a client id", () => {
  it("that is not UTF-8 is shown as well as can be: it names nothing", () => {
    expect(readRequestHeader(hex("0012 0000 00000001 0002 6bff")).clientId).toBe("k\ufffd");
  });

  it("of a length below -1 is refused", () => {
    expect(() => readRequestHeader(hex("0012 0000 00000001 fffe"))).toThrow("a client id of -2 bytes");
  });
});

it("reads 64-bit integers that no number holds as the nearest that one does", () => {
  const wide = message("Wide", "0", "none", { value: int64() });
  const read = (digits: string) => decode(wide, 0, hex(digits)).value;
  expect(read("7fffffffffffffff")).toBe(Number.MAX_SAFE_INTEGER);
  expect(read("8000000000000000")).toBe(-Number.MAX_SAFE_INTEGER);
  expect(read("0020000000000000")).toBe(Number.MAX_SAFE_INTEGER);
  expect(read("001fffffffffffff")).toBe(Number.MAX_SAFE_INTEGER);
  expect(read("001ffffffffffffe")).toBe(Number.MAX_SAFE_INTEGER - 1);
  expect(read("ffffffffffffffff")).toBe(-1);
});
