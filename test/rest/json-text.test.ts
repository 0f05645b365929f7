import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compact, elementTexts, memberTexts } from "../../lib/rest/json-text.ts";

/** JSON text with white space wherever it may be. */
const spacedJson = fc
  .tuple(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(0, 1, 3, "\t", " \n"))
  .map(([value, space]) => JSON.stringify(value, null, space));

describe("compacting", () => {
  it("leaves the value and no white space but that of strings", () => {
    fc.assert(
      fc.property(spacedJson, text => {
        const made = compact(text);
        expect(JSON.parse(made)).toEqual(JSON.parse(text));
        expect(made).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  it("keeps digits, escapes, order and repeated names", () => {
    expect(compact('{ "b" : 1.0 , "2" : 1E+2,\r\n"1":-0, "b":"\\u0041 \\" \\\\" }')).toBe(
      '{"b":1.0,"2":1E+2,"1":-0,"b":"\\u0041 \\" \\\\"}',
    );
  });
});

describe("the texts of parts", () => {
  it("are what parsing the whole gives", () => {
    const record = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }));
    fc.assert(
      fc.property(record, fc.constantFrom(0, 2, "\t"), (value, space) => {
        const text = JSON.stringify(value, null, space);
        const parsed: Record<string, unknown> = JSON.parse(text);
        const members = memberTexts(text);
        expect(new Set(members.keys())).toEqual(new Set(Object.keys(parsed)));
        for (const [name, member] of members) expect(JSON.parse(member)).toEqual(parsed[name]);
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.jsonValue({ maxDepth: 3 })), fc.constantFrom(0, 2), (value, space) => {
        const text = JSON.stringify(value, null, space);
        expect(elementTexts(text).map(element => JSON.parse(element))).toEqual(JSON.parse(text));
      }),
    );
  });

  it("of a name given twice is the last, and names may be escaped", () => {
    expect(memberTexts('{"a":1, "\\u0061" : [2, "]"] }').get("a")).toBe('[2, "]"]');
  });

  it("may be long strings", () => {
    const long = JSON.stringify(`${"\\".repeat(999_999)}"${"x".repeat(1_000_000)}`);
    expect(memberTexts(`{"a":${long},"b":1}`).get("a")).toBe(long);
  });
});
