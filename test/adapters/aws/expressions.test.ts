/** Conditions and updates as DynamoDB reads them: no redundant bracket, no unused name, nothing past its limits. */
import { describe, expect, it } from "vitest";
import { conditionExpression } from "../../../lib/adapters/aws/condition-expression.ts";
import { expressionLimits, Placeholders } from "../../../lib/adapters/aws/placeholders.ts";
import { checkUpdate, updateExpression } from "../../../lib/adapters/aws/update-expression.ts";
import { type Clause, type Condition, ItemRequestInvalid, type Update } from "../../../lib/ports/index.ts";
import { largestUpdates } from "./largest-updates.ts";

const exists = (name: string): Clause => ({ kind: "exists", name });
const absent = (name: string): Clause => ({ kind: "absent", name });
const either = (...of: Condition[]): Clause => ({ kind: "either", of });
const a = exists("a");
const b = exists("b");
const c = exists("c");

/** The text with the names and values written in. */
function readable(text: string | undefined, use: Placeholders): string | undefined {
  const { ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} } = use.definitions();
  return text
    ?.replaceAll(/#\d+/g, placeholder => names[placeholder] ?? "?")
    .replaceAll(/:\d+/g, placeholder => JSON.stringify(Object.values(values[placeholder] ?? {})[0]) ?? "?")
    .replaceAll("attribute_not_exists", "absent")
    .replaceAll("attribute_exists", "exists");
}

function writtenCondition(condition: Condition | undefined) {
  const use = new Placeholders();
  return readable(conditionExpression(condition, use), use);
}

function writtenUpdate(update: Update) {
  const use = new Placeholders();
  return readable(updateExpression(update, use), use);
}

describe("a condition", () => {
  it.each<[string, Condition | undefined, string | undefined]>([
    ["none", undefined, undefined],
    ["no clauses", [], undefined],
    ["exists", [a], "exists(a)"],
    ["absent", [absent("a")], "absent(a)"],
    ["equals a number", [{ kind: "equals", name: "a", value: 1 }], 'a="1"'],
    ["equals text", [{ kind: "equals", name: "a", value: "t" }], 'a="t"'],
    ["atMost", [{ kind: "atMost", name: "a", value: 1 }], 'a<="1"'],
    ["below", [{ kind: "below", name: "a", value: 1 }], 'a<"1"'],
    ["itemExists", [{ kind: "itemExists" }], "exists(pk)"],
    ["itemAbsent", [{ kind: "itemAbsent" }], "absent(pk)"],
    ["several", [a, b, c], "exists(a) AND exists(b) AND exists(c)"],
    ["a choice", [either([a], [b])], "exists(a) OR exists(b)"],
    ["a choice of several", [either([a, b], [c])], "exists(a) AND exists(b) OR exists(c)"],
    ["a choice among others", [c, either([a], [b])], "exists(c) AND (exists(a) OR exists(b))"],
    ["a choice of one", [c, either([a])], "exists(c) AND exists(a)"],
    ["a choice of one that is several", [c, either([a, b])], "exists(c) AND exists(a) AND exists(b)"],
    ["a choice in a choice", [either([either([a], [b])], [c])], "exists(a) OR exists(b) OR exists(c)"],
    [
      "a choice deep inside",
      [either([a, either([b], [c])], [c])],
      "exists(a) AND (exists(b) OR exists(c)) OR exists(c)",
    ],
    ["a choice with what always holds", [either([a], [])], undefined],
    ["a choice with what always holds, among others", [c, either([a], [])], "exists(c)"],
    ["a choice with what never holds", [either([a], [either()])], "exists(a)"],
    ["a choice of nothing", [either()], "exists(pk) AND absent(pk)"],
    ["a choice of nothing among others", [a, either(), b], "exists(pk) AND absent(pk)"],
    ["a choice of nothing in a choice", [either([either()], [a, either()])], "exists(pk) AND absent(pk)"],
  ])("of %s", (_what, condition, expected) => {
    expect(writtenCondition(condition)).toBe(expected);
  });

  it.each<[string, Condition]>([
    ["what it drops", [either([a], []), b, either([c, either()], [exists("d")])]],
    ["what never holds", [a, either(), b]],
    ["one name twice", [a, absent("a"), { kind: "equals", name: "a", value: 1 }]],
  ])("defines what it uses and nothing else: %s", (_what, condition) => {
    const use = new Placeholders();
    const text = conditionExpression(condition, use) ?? "";
    const { ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} } =
      use.definitions();
    expect(new Set(text.match(/[#:]\d+/g))).toEqual(new Set([...Object.keys(names), ...Object.keys(values)]));
  });
});

describe("an update", () => {
  it.each<[string, Update, string | undefined]>([
    ["nothing", {}, undefined],
    ["empty parts", { set: {}, add: {}, copy: {}, remove: [] }, undefined],
    ["a set", { set: { a: 1, b: "t" } }, 'SET a="1",b="t"'],
    ["an add", { add: { a: -1 } }, 'SET a=a+"-1"'],
    ["a copy", { copy: { a: "b" } }, "SET a=b"],
    ["a removal", { remove: ["a", "b"] }, "REMOVE a,b"],
    [
      "all of them",
      { set: { a: 1 }, add: { b: 2 }, copy: { c: "b" }, remove: ["d"] },
      'SET a="1",b=b+"2",c=b REMOVE d',
    ],
  ])("of %s", (_what, update, expected) => {
    expect(writtenUpdate(update)).toBe(expected);
  });

  it.each<[string, Update]>([
    ["a value that no item holds", { set: { a: "x".repeat(400 * 1024) } }],
    ["a number added that is none", { add: { a: Number.NaN } }],
    ["a fraction added", { add: { a: 0.5 } }],
    ["a copy from the key", { copy: { a: "pk" } }],
    ["a copy to the key", { copy: { sk: "a" } }],
    ["a copy from nowhere", { copy: { a: "" } }],
    ["a removal of half a surrogate pair", { remove: ["\ud83d"] }],
    ["an attribute copied and removed", { copy: { a: "b" }, remove: ["a"] }],
  ])("is refused before it travels: %s", (_what, update) => {
    expect(() => checkUpdate({ pk: "p", sk: "s" }, update)).toThrow(ItemRequestInvalid);
  });
});

describe("DynamoDB's limits of an expression", () => {
  const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `attribute${i}`);

  it("are held by a request that is too large, before it travels", () => {
    expect(() => writtenUpdate({ remove: names(300) })).not.toThrow();
    expect(() => writtenUpdate({ remove: names(301) })).toThrow("301 operators");
    expect(() => writtenCondition(names(151).map(exists))).toThrow(ItemRequestInvalid);
    expect(() => writtenCondition(names(150).map(exists))).not.toThrow();
    expect(() => writtenCondition(names(148).map(absent))).toThrow(/expression of \d{4} bytes/);
  });

  it.each(largestUpdates)("leave room for $what", ({ update, condition }) => {
    const use = new Placeholders();
    const texts = [updateExpression(update, use) ?? "", conditionExpression(condition, use) ?? ""];
    for (const text of texts) expect(text.length).toBeLessThanOrEqual(expressionLimits.textBytesMax);
    // Counted once more, from the text: assignments, sums, removals; comparisons, functions and joints.
    const operators = texts.map(text => {
      const [before = "", removals = ""] = text.split("REMOVE");
      return [...before.matchAll(/<?=|<|\+| AND | OR |attribute_/g), ...removals.matchAll(/#/g)].length;
    });
    for (const count of operators) expect(count).toBeLessThanOrEqual(expressionLimits.operatorsMax);
  });
});
