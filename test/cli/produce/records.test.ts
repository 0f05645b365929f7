import { describe, expect, it } from "vitest";
import { recordMaker } from "../../../cli/produce/records.ts";

describe("recordMaker", () => {
  it("makes the whole line the value when there is no separator", () => {
    const record = recordMaker({ headers: [] })(Buffer.from("a:b"), 1, 7);
    expect(record).toEqual({ timestampMs: 7, key: null, value: Buffer.from("a:b"), headers: [] });
  });

  it.each([
    [":", "k:v:w", "k", "v:w"],
    [":", ":v", "", "v"],
    [":", "k:", "k", ""],
    ["=>", "k=>v", "k", "v"],
    ["é", "ké\xa9", "k", "\xa9"],
  ])("cuts at the first %j of %j", (keySeparator, line, key, value) => {
    const bytes = Buffer.concat([
      Buffer.from(line.replace("\xa9", "")),
      Buffer.from(line.includes("\xa9") ? "\xa9" : "", "latin1"),
    ]);
    const record = recordMaker({ keySeparator, headers: [] })(bytes, 1, 7);
    expect(Buffer.from(record.key ?? []).toString("latin1")).toBe(key);
    expect(Buffer.from(record.value ?? []).toString("latin1")).toBe(value);
  });

  it("names the line that has no separator", () => {
    expect(() => recordMaker({ keySeparator: ":", headers: [] })(Buffer.from("v"), 12, 7)).toThrow(
      'line 12 has no key separator ":"',
    );
  });

  it("gives every record the headers", () => {
    const headers = [{ key: "h", value: Buffer.from("1") }];
    expect(recordMaker({ headers })(Buffer.from("v"), 1, 7).headers).toBe(headers);
  });
});
