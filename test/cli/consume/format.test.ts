import { describe, expect, it } from "vitest";
import { json, keyedText, valueText } from "../../../cli/consume/format.ts";
import type { BatchRecord } from "../../../lib/format/record-batch/index.ts";

const invalid = Uint8Array.of(0xc3, 0x28);

describe("valueText", () => {
  it("is the bytes of each value and a newline, whatever they are", () => {
    const records = [
      aRecord({ value: Buffer.from("a\r") }),
      aRecord({ value: invalid }),
      aRecord({ value: Buffer.of() }),
    ];
    expect(latin1(valueText(records, "t", 0))).toBe("a\r\n\xc3(\n\n");
  });

  it("says null for a record without a value", () => {
    expect(latin1(valueText([aRecord({ value: null })], "t", 0))).toBe("null\n");
  });
});

describe("keyedText", () => {
  it("puts the key and the separator before the value", () => {
    const records = [
      aRecord({ key: Buffer.from("k"), value: Buffer.from("v") }),
      aRecord({ value: Buffer.from("w") }),
    ];
    expect(latin1(keyedText(" => ")(records, "t", 0))).toBe("k => v\nnull => w\n");
  });
});

describe("json", () => {
  it("is one compact object a line", () => {
    const record = aRecord({
      offset: 41,
      timestampMs: 1_700_000_000_000,
      key: Buffer.from("k"),
      value: Buffer.from('é "quoted"\u2028'),
      headers: [{ key: "h", value: Buffer.from("1") }],
    });
    expect(Buffer.from(json([record, aRecord()], "t", 3)).toString()).toBe(
      '{"topic":"t","partition":3,"offset":41,"timestamp":1700000000000,"key":"k","value":"é \\"quoted\\"\u2028","headers":[{"name":"h","value":"1"}]}\n' +
        '{"topic":"t","partition":3,"offset":0,"timestamp":-1,"key":null,"value":null,"headers":[]}\n',
    );
  });

  it("tells bytes that are no valid UTF-8 apart from text", () => {
    const record = aRecord({
      key: invalid,
      value: Buffer.from("wyg="),
      headers: [{ key: "h", value: invalid }],
    });
    expect(JSON.parse(Buffer.from(json([record], "t", 0)).toString())).toMatchObject({
      key: { base64: "wyg=" },
      value: "wyg=",
      headers: [{ name: "h", value: { base64: "wyg=" } }],
    });
  });
});

function aRecord(given: Partial<BatchRecord> = {}): BatchRecord {
  return { offset: 0, timestampMs: -1, key: null, value: null, headers: [], ...given };
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}
