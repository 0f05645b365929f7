/** Which topics a subscription means, and which patterns are taken. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import { checkSubscription, topicsOf } from "../../../lib/engine/groups/consumer/subscription.ts";
import { InvalidRegularExpression } from "../../../lib/engine/groups/errors.ts";
import { topicId } from "../../../lib/format/index.ts";

const loaded = vi.hoisted(() => ({ times: 0, compiled: [] as string[] }));

vi.mock("re2js", async original => {
  loaded.times++;
  const actual = await original<typeof import("re2js")>();
  const compile = actual.RE2JS.compile.bind(actual.RE2JS);
  actual.RE2JS.compile = (regex, flags) => {
    loaded.compiled.push(regex);
    return compile(regex, flags);
  };
  return actual;
});

const names = ["orders", "orders-eu", "Orders", "payments.v1", "a", "ab", "__consumer_offsets", "__internal"];
const topics = names.map((name, i) => ({ name, id: topicId(new Uint8Array(16).fill(i + 1)), partitions: 1 }));

async function meant(regex: string | undefined, ...named: string[]): Promise<readonly string[]> {
  const ids = await topicsOf({ names: named, ...(regex !== undefined && { regex }) }, topics);
  return topics.filter(({ id }) => ids.has(id)).map(({ name }) => name);
}

async function refusal(regex: string): Promise<string> {
  const error: unknown = await checkSubscription({ names: [], regex }).catch(caught => caught);
  expect(error).toBeInstanceOf(InvalidRegularExpression);
  return error instanceof Error ? error.message : "";
}

describe("a subscription by names", () => {
  it("means those that there are, and loads no package for patterns", async () => {
    await checkSubscription({ names: ["orders"] });
    expect(await meant(undefined, "orders", "none", "__internal")).toEqual(["orders", "__internal"]);
    expect(await meant(undefined)).toEqual([]);
    expect(loaded.times).toBe(0);
  });
});

describe("a subscription by a pattern", () => {
  beforeEach(() => {
    loaded.compiled.length = 0;
  });

  it.each([
    ["orders", ["orders"]],
    ["order", []],
    ["rders", []],
    ["orders.*", ["orders", "orders-eu"]],
    ["(?i)orders", ["orders", "Orders"]],
    ["a|ab", ["a", "ab"]],
    ["^a$", ["a"]],
    ["payments\\.v\\d", ["payments.v1"]],
    ["\\Qpayments.v1\\E", ["payments.v1"]],
    ["", []],
  ])("%j matches whole names", async (regex, expected) => {
    expect(await meant(regex)).toEqual(expected);
  });

  it("means Kafka's own topics only by name", async () => {
    expect(await meant(".*")).toEqual(names.filter(name => !name.startsWith("__")));
    expect(await meant("__.*")).toEqual([]);
    expect(await meant("__.*", "__internal")).toEqual(["__internal"]);
  });

  it("means what is named and what matches, each once", async () => {
    const ids = await topicsOf({ names: ["orders", "a"], regex: "orders.*" }, topics);
    expect(ids.size).toBe(3);
    expect(await meant("orders.*", "orders", "a")).toEqual(["orders", "orders-eu", "a"]);
  });

  it("is compiled once for all members that have it", async () => {
    const some = [...topics];
    const [first, second] = await Promise.all([
      topicsOf({ names: [], regex: "o.*" }, some),
      topicsOf({ names: [], regex: "o.*" }, some),
    ]);
    expect(first).toBe(second);
    expect(loaded.compiled).toEqual(["o.*"]);
    await topicsOf({ names: [], regex: "o.*" }, [...topics]);
    expect(loaded.compiled).toEqual(["o.*", "o.*"]);
  });

  it("does not go back and forth over a name", async () => {
    const long = [{ name: "a".repeat(249), id: topicId(new Uint8Array(16)) }];
    expect(await topicsOf({ names: [], regex: "(a*)*b" }, long)).toEqual(new Set());
    expect(await topicsOf({ names: [], regex: "(a|a)*" }, long)).toEqual(new Set([long[0]?.id]));
  });

  it.each(["[", "a**", "(", "x{2,1}", "(?=a)b", "(a)\\1", "\\"])("%j is refused", async regex => {
    expect(await refusal(regex)).toContain(JSON.stringify(regex));
    await expect(topicsOf({ names: [], regex }, topics)).rejects.toBeInstanceOf(InvalidRegularExpression);
  });

  it("is refused when it is too long, or becomes too large", async () => {
    await checkSubscription({ names: [], regex: "a".repeat(512) });
    expect(await refusal("a".repeat(513))).toBe("a pattern of 513 characters: 512 are allowed");
    await checkSubscription({ names: [], regex: "(?:a?){400}" });
    expect(await refusal("(?:a?){600}")).toMatch(/takes \d+ instructions, 1000 are allowed/);
  });
});
