/**
 * What every ItemStore does, in terms of the port alone. Run on each adapter. Every row uses keys of its own, so that
 * one store serves them all, and reads consistently.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Attributes,
  type BatchWrite,
  type Condition,
  type Item,
  type ItemKey,
  ItemRequestInvalid,
  type ItemStore,
  type ItemValue,
  itemBytes,
  itemLimits,
  type Query,
  type Update,
} from "../../lib/ports/index.ts";
import { expectKnownWrong, type KnownWrong } from "./known-wrong.ts";

/** An adapter under test, and how to let it go. */
export type OpenItemStore = { readonly items: ItemStore; readonly close?: () => Promise<void> };

const strongly = { consistent: true };
const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);

/** `knownWrong`: rows that the store behind the adapter is known to get wrong, which must fail. */
export function describeItemStore(
  name: string,
  open: () => Promise<OpenItemStore>,
  knownWrong: KnownWrong = {},
): void {
  describe(`item store: ${name}`, () => {
    let opened: OpenItemStore;
    let items: ItemStore;
    let rows = 0;
    expectKnownWrong(knownWrong);
    beforeAll(async () => {
      opened = await open();
      items = opened.items;
    });
    afterAll(() => opened.close?.());

    /** A partition key that no other row uses. */
    const freshPk = (): string => `row-${rows++}`;
    const freshKey = (): ItemKey => ({ pk: freshPk(), sk: "item" });
    const read = (key: ItemKey): Promise<Attributes | undefined> => items.get(key, strongly);
    const aStored = async (attributes: Attributes): Promise<ItemKey> => {
      const key = freshKey();
      await items.put({ ...key, attributes });
      return key;
    };
    const aStoredRange = async (sks: readonly string[]): Promise<string> => {
      const pk = freshPk();
      for (const sk of sks) await items.put({ pk, sk, attributes: { of: sk } });
      return pk;
    };
    const readAll = async (query: Query): Promise<Item[]> => {
      const found: Item[] = [];
      let rest = query;
      for (let page = 0; page < 1000; page++) {
        const { items: some, next } = await items.query(rest);
        found.push(...some);
        if (next === undefined) return found;
        rest = query.descending ? { ...rest, to: next } : { ...rest, from: next };
      }
      throw new Error("a query does not end");
    };
    const sksOf = async (query: Omit<Query, "consistent">): Promise<string[]> =>
      (await readAll({ ...query, consistent: true })).map(item => item.sk);

    describe("get and put", () => {
      it("finds nothing where nothing was put", async () => {
        expect(await read(freshKey())).toBeUndefined();
      });

      it.each<[string, ItemValue]>([
        ["text", "größer 語 😀"],
        ["empty text", ""],
        ["zero", 0],
        ["a negative number", -42],
        ["the largest safe integer", Number.MAX_SAFE_INTEGER],
        ["the smallest safe integer", Number.MIN_SAFE_INTEGER],
        ["bytes", bytes(0, 1, 127, 128, 255)],
        ["empty bytes", bytes()],
        ["many bytes", new Uint8Array(100_000).fill(7)],
      ])("returns %s as it was put", async (_what, value) => {
        const key = await aStored({ value });
        expect(await read(key)).toEqual({ value });
      });

      it("returns bytes put as a part of a larger buffer", async () => {
        const key = await aStored({ value: Buffer.from("0123456789").subarray(3, 6) });
        expect(Buffer.from(bytesOf(await read(key), "value")).toString()).toBe("345");
      });

      it("keeps an item without attributes", async () => {
        const key = await aStored({});
        expect(await read(key)).toEqual({});
      });

      it.each(["constructor", "toString", "a.b[0]", "#name", ":value", " ", "é😀", "e-0Az_", "size", "0"])(
        "keeps an attribute named %j",
        async attribute => {
          const key = freshKey();
          const absent: Condition = [{ kind: "absent", name: attribute }];
          const exists: Condition = [{ kind: "exists", name: attribute }];
          expect((await items.update(key, { set: { [attribute]: 1 } }, exists)).kind).toBe("refused");
          expect((await items.update(key, { set: { [attribute]: 1 } }, absent)).kind).toBe("applied");
          expect((await items.update(key, { add: { [attribute]: 1 } }, exists)).kind).toBe("applied");
          expect(Object.entries((await read(key)) ?? {})).toEqual([[attribute, 2]]);
        },
      );

      it("replaces the whole item by a put", async () => {
        const key = await aStored({ old: 1, both: 1 });
        await items.put({ ...key, attributes: { both: 2 } });
        expect(await read(key)).toEqual({ both: 2 });
      });

      it("answers a put with the attributes now stored", async () => {
        const key = await aStored({ old: 1 });
        expect(await items.put({ ...key, attributes: { next: 2 } })).toEqual({
          kind: "applied",
          attributes: { next: 2 },
        });
      });

      it("refuses a conditional put with the item that stands in its way", async () => {
        const key = await aStored({ first: 1 });
        expect(await items.put({ ...key, attributes: { second: 2 } }, [{ kind: "itemAbsent" }])).toEqual({
          kind: "refused",
          current: { first: 1 },
        });
        expect(await read(key)).toEqual({ first: 1 });
      });

      it("tells keys apart that read the same when joined", async () => {
        const pk = freshPk();
        await items.put({ pk: `${pk}a`, sk: "bc", attributes: { n: 1 } });
        await items.put({ pk: `${pk}ab`, sk: "c", attributes: { n: 2 } });
        expect(await read({ pk: `${pk}a`, sk: "bc" })).toEqual({ n: 1 });
        expect(await read({ pk: `${pk}ab`, sk: "c" })).toEqual({ n: 2 });
      });
    });

    describe("ownership of bytes", () => {
      it("keeps nothing of the bytes handed in", async () => {
        const key = freshKey();
        const mine = { put: bytes(1), set: bytes(2), batch: bytes(3) };
        const calls = [
          items.put({ ...key, sk: "put", attributes: { value: mine.put } }),
          items.update({ ...key, sk: "set" }, { set: { value: mine.set } }),
          items.batchWrite([
            { kind: "put", item: { ...key, sk: "batch", attributes: { value: mine.batch } } },
          ]),
        ];
        for (const value of Object.values(mine)) value[0] = 99;
        await Promise.all(calls);
        expect(await read({ ...key, sk: "put" })).toEqual({ value: bytes(1) });
        expect(await read({ ...key, sk: "set" })).toEqual({ value: bytes(2) });
        expect(await read({ ...key, sk: "batch" })).toEqual({ value: bytes(3) });
      });

      it("keeps nothing of the bytes in a condition", async () => {
        const key = await aStored({ value: bytes(1) });
        const expected = bytes(1);
        const call = items.update(key, { set: { hit: 1 } }, [
          { kind: "equals", name: "value", value: expected },
        ]);
        expected[0] = 99;
        expect((await call).kind).toBe("applied");
      });

      const refuse: Condition = [{ kind: "itemAbsent" }];
      const imageOf = async (result: ReturnType<ItemStore["update"]>): Promise<Attributes | undefined> => {
        const answer = await result;
        return answer.kind === "applied" ? answer.attributes : answer.current;
      };
      it.each<[string, (key: ItemKey) => Promise<Attributes | undefined>]>([
        ["a get", key => read(key)],
        [
          "a query",
          async key =>
            (await items.query({ pk: key.pk, from: "", to: "z", ...strongly })).items[0]?.attributes,
        ],
        ["a batch", async key => (await items.batchGet([key], strongly))[0]?.attributes],
        ["an update", key => imageOf(items.update(key, { set: { other: 1 } }))],
        ["a put", key => imageOf(items.put({ ...key, attributes: { value: bytes(1) } }))],
        ["a refused update", key => imageOf(items.update(key, {}, refuse))],
        ["a refused delete", key => imageOf(items.delete(key, refuse))],
        ["a refused put", key => imageOf(items.put({ ...key, attributes: {} }, refuse))],
      ])("is the caller's after %s", async (_what, answerOf) => {
        const key = await aStored({ value: bytes(1) });
        const value = bytesOf(await answerOf(key), "value");
        // A Buffer's slice() would share what it seems to copy.
        expect(Buffer.isBuffer(value)).toBe(false);
        value[0] = 99;
        expect(bytesOf(await read(key), "value")).toEqual(bytes(1));
      });
    });

    describe("update", () => {
      it("creates an absent item", async () => {
        const key = freshKey();
        expect(await items.update(key, { set: { a: 1 } })).toEqual({
          kind: "applied",
          attributes: { a: 1 },
        });
        expect(await read(key)).toEqual({ a: 1 });
      });

      it.each<[string, Update, Attributes]>([
        [
          "sets, and leaves the rest alone",
          { set: { n: 7, t: bytes(1) } },
          { n: 7, t: bytes(1), b: bytes(9) },
        ],
        ["sets empty values", { set: { t: "", b: bytes() } }, { n: 5, t: "", b: bytes() }],
        ["adds", { add: { n: 3 } }, { n: 8, t: "text", b: bytes(9) }],
        ["adds a negative number", { add: { n: -9 } }, { n: -4, t: "text", b: bytes(9) }],
        [
          "copies text and bytes",
          { copy: { c: "t", d: "b" } },
          { n: 5, t: "text", b: bytes(9), c: "text", d: bytes(9) },
        ],
        [
          "copies the number as it was before the add",
          { copy: { order: "n" }, add: { n: 1 } },
          { n: 6, order: 5, t: "text", b: bytes(9) },
        ],
        [
          "copies the value as it was before the set",
          { copy: { c: "t" }, set: { t: "new" } },
          { n: 5, t: "new", c: "text", b: bytes(9) },
        ],
        ["copies what it removes", { copy: { c: "t" }, remove: ["t"] }, { n: 5, c: "text", b: bytes(9) }],
        ["swaps", { copy: { t: "b", b: "t" } }, { n: 5, t: bytes(9), b: "text" }],
        ["removes", { remove: ["t", "b"] }, { n: 5 }],
        ["removes what is not there", { remove: ["t", "nothing"] }, { n: 5, b: bytes(9) }],
        ["removes the last attribute and keeps the item", { remove: ["n", "t", "b"] }, {}],
        ["changes nothing when nothing is asked", {}, { n: 5, t: "text", b: bytes(9) }],
      ])("%s", async (_what, update, after) => {
        const key = await aStored({ n: 5, t: "text", b: bytes(9) });
        expect(await items.update(key, update)).toEqual({ kind: "applied", attributes: after });
        expect(await read(key)).toEqual(after);
      });

      it("creates an item by an empty update", async () => {
        const key = freshKey();
        expect(await items.update(key, {})).toEqual({ kind: "applied", attributes: {} });
        expect(await read(key)).toEqual({});
      });

      it.each<[string, Update]>([
        ["an add to a missing attribute", { add: { missing: 1 } }],
        ["an add to text", { add: { t: 1 } }],
        ["an add to bytes", { add: { b: 1 } }],
        ["a copy of a missing attribute", { copy: { c: "missing" } }],
        ["a copy of what the same update sets", { set: { c: 1 }, copy: { d: "c" } }],
        ["set and add of one attribute", { set: { n: 1 }, add: { n: 1 } }],
        ["set and copy of one attribute", { set: { t: "" }, copy: { t: "n" } }],
        ["set and remove of one attribute", { set: { n: 1 }, remove: ["n"] }],
        ["add and remove of one attribute", { add: { n: 1 }, remove: ["n"] }],
        ["add and copy of one attribute", { add: { n: 1 }, copy: { n: "t" } }],
        ["two removes of one attribute", { remove: ["n", "n"] }],
        ["an attribute without a name", { set: { "": 1 } }],
        ["an attribute named pk", { set: { pk: "x" } }],
        ["an attribute named sk", { set: { sk: "x" } }],
        ["a removed attribute named sk", { remove: ["sk"] }],
        ["an attribute named __proto__", { set: JSON.parse('{"__proto__": 1}') }],
        ["a fraction", { set: { x: 1.5 } }],
        ["not a number", { set: { x: Number.NaN } }],
        ["an unsafe integer", { set: { x: 2 ** 53 } }],
        ["half a surrogate pair", { set: { x: "\ud83d" } }],
      ])("rejects %s and changes nothing", async (_what, update) => {
        const stored = { n: 5, t: "text", b: bytes(9) };
        const key = await aStored(stored);
        await expect(items.update(key, update)).rejects.toThrow(ItemRequestInvalid);
        expect(await read(key)).toEqual(stored);
      });

      it("creates nothing when it rejects", async () => {
        const key = freshKey();
        await expect(items.update(key, { set: { a: 1 }, add: { n: 1 } })).rejects.toThrow(ItemRequestInvalid);
        expect(await read(key)).toBeUndefined();
      });

      it("looks at the condition before it looks for what to add to", async () => {
        const key = await aStored({ n: 5 });
        const update = { add: { missing: 1 } };
        expect(await items.update(key, update, [{ kind: "exists", name: "missing" }])).toEqual({
          kind: "refused",
          current: { n: 5 },
        });
      });

      it("judges the condition by the item as it was before", async () => {
        const key = await aStored({ n: 5 });
        const update: Update = { add: { n: 1 }, set: { once: 1 } };
        const condition: Condition = [
          { kind: "equals", name: "n", value: 5 },
          { kind: "absent", name: "once" },
        ];
        expect((await items.update(key, update, condition)).kind).toBe("applied");
        expect((await items.update(key, update, condition)).kind).toBe("refused");
        expect(await read(key)).toEqual({ n: 6, once: 1 });
      });

      it("refuses for want of an item with no current item", async () => {
        const key = freshKey();
        expect(await items.update(key, { set: { a: 1 } }, [{ kind: "itemExists" }])).toEqual({
          kind: "refused",
          current: undefined,
        });
        expect(await read(key)).toBeUndefined();
      });
    });

    describe("conditions", () => {
      const image: Attributes = {
        n: 5,
        zero: 0,
        t: "text",
        empty: "",
        b: bytes(1, 2),
        none: bytes(),
        digit: "3",
      };
      const either = (...of: Condition[]): Condition => [{ kind: "either", of }];
      const yes: Condition = [{ kind: "exists", name: "n" }];
      const no: Condition = [{ kind: "absent", name: "n" }];
      const table: readonly (readonly [condition: Condition, onItem: boolean, onNothing: boolean])[] = [
        [[], true, true],
        [[{ kind: "itemExists" }], true, false],
        [[{ kind: "itemAbsent" }], false, true],
        [[{ kind: "exists", name: "n" }], true, false],
        [[{ kind: "exists", name: "zero" }], true, false],
        [[{ kind: "exists", name: "empty" }], true, false],
        [[{ kind: "exists", name: "none" }], true, false],
        [[{ kind: "exists", name: "missing" }], false, false],
        [[{ kind: "absent", name: "n" }], false, true],
        [[{ kind: "absent", name: "empty" }], false, true],
        [[{ kind: "absent", name: "missing" }], true, true],
        [[{ kind: "equals", name: "n", value: 5 }], true, false],
        [[{ kind: "equals", name: "n", value: 6 }], false, false],
        [[{ kind: "equals", name: "n", value: "5" }], false, false],
        [[{ kind: "equals", name: "t", value: "text" }], true, false],
        [[{ kind: "equals", name: "t", value: "Text" }], false, false],
        [[{ kind: "equals", name: "empty", value: "" }], true, false],
        [[{ kind: "equals", name: "missing", value: "" }], false, false],
        [[{ kind: "equals", name: "zero", value: 0 }], true, false],
        [[{ kind: "equals", name: "missing", value: 0 }], false, false],
        [[{ kind: "equals", name: "b", value: bytes(1, 2) }], true, false],
        [[{ kind: "equals", name: "b", value: bytes(1) }], false, false],
        [[{ kind: "equals", name: "b", value: bytes(1, 3) }], false, false],
        [[{ kind: "equals", name: "none", value: bytes() }], true, false],
        [[{ kind: "equals", name: "none", value: "" }], false, false],
        [[{ kind: "atMost", name: "n", value: 4 }], false, false],
        [[{ kind: "atMost", name: "n", value: 5 }], true, false],
        [[{ kind: "atMost", name: "n", value: 6 }], true, false],
        [[{ kind: "atMost", name: "missing", value: 6 }], false, false],
        [[{ kind: "atMost", name: "t", value: 6 }], false, false],
        [[{ kind: "atMost", name: "digit", value: 6 }], false, false],
        [[{ kind: "below", name: "n", value: 5 }], false, false],
        [[{ kind: "below", name: "n", value: 6 }], true, false],
        [[{ kind: "below", name: "missing", value: 6 }], false, false],
        [[{ kind: "below", name: "b", value: 6 }], false, false],
        [[{ kind: "below", name: "digit", value: 6 }], false, false],
        [[...yes, ...yes], true, false],
        [[...yes, ...no], false, false],
        [[...no, ...yes], false, false],
        [either(yes, no), true, true],
        [either(no, yes), true, true],
        [either([...yes, ...no], no), false, true],
        [either([...no, ...yes]), false, false],
        [either(), false, false],
        [either([]), true, true],
        [either(no, []), true, true],
        [[...either(yes), ...no], false, false],
        [either(either(no, either(yes))), true, true],
        [either([{ kind: "itemAbsent" }], [{ kind: "atMost", name: "n", value: 5 }]), true, true],
      ];
      const titled = table.map(([condition, onItem, onNothing]) => ({
        title: JSON.stringify(condition),
        condition,
        onItem,
        onNothing,
      }));

      it.each(titled)("$title holds for the item: $onItem, for none: $onNothing", async row => {
        const key = await aStored(image);
        const absent = freshKey();
        const expected = row.onItem
          ? { kind: "applied", attributes: { ...image, hit: 1 } }
          : { kind: "refused", current: image };
        const expectedAbsent = row.onNothing
          ? { kind: "applied", attributes: { hit: 1 } }
          : { kind: "refused", current: undefined };
        expect(await items.update(key, { set: { hit: 1 } }, row.condition)).toEqual(expected);
        expect(await items.update(absent, { set: { hit: 1 } }, row.condition)).toEqual(expectedAbsent);
        expect(await read(key)).toEqual(row.onItem ? { ...image, hit: 1 } : image);
        expect(await read(absent)).toEqual(row.onNothing ? { hit: 1 } : undefined);
      });

      it("means the same to a put and to a delete", async () => {
        const key = await aStored(image);
        expect(await items.put({ ...key, attributes: {} }, no)).toEqual({ kind: "refused", current: image });
        expect(await items.delete(key, no)).toEqual({ kind: "refused", current: image });
        expect((await items.put({ ...key, attributes: { n: 1 } }, yes)).kind).toBe("applied");
        expect((await items.delete(key, yes)).kind).toBe("applied");
        expect((await items.delete(key, yes)).kind).toBe("refused");
      });
    });

    describe("delete", () => {
      it("removes the item and answers with what it was", async () => {
        const key = await aStored({ a: 1, b: bytes(1) });
        expect(await items.delete(key)).toEqual({ kind: "applied", attributes: { a: 1, b: bytes(1) } });
        expect(await read(key)).toBeUndefined();
        expect((await items.query({ pk: key.pk, from: "", to: "z", ...strongly })).items).toEqual([]);
      });

      it("counts an absent item as deleted", async () => {
        expect(await items.delete(freshKey())).toEqual({ kind: "applied", attributes: {} });
      });

      it("is refused with no current item when an absent one has to exist", async () => {
        expect(await items.delete(freshKey(), [{ kind: "itemExists" }])).toEqual({
          kind: "refused",
          current: undefined,
        });
      });

      it("leaves the neighbours alone", async () => {
        const pk = await aStoredRange(["a", "b", "c"]);
        await items.delete({ pk, sk: "b" });
        expect(await sksOf({ pk, from: "", to: "z" })).toEqual(["a", "c"]);
      });
    });

    describe("query", () => {
      it("finds nothing under an unknown pk", async () => {
        expect(await items.query({ pk: freshPk(), from: "", to: "z", ...strongly })).toEqual({ items: [] });
      });

      it("returns whole items", async () => {
        const key = await aStored({ n: 1, b: bytes(1, 2), t: "" });
        expect((await items.query({ pk: key.pk, from: "item", to: "item", ...strongly })).items).toEqual([
          { ...key, attributes: { n: 1, b: bytes(1, 2), t: "" } },
        ]);
      });

      it.each([
        ["both ends", "b", "d", ["b", "c", "d"]],
        ["between stored keys", "aa", "cc", ["b", "c"]],
        ["one key", "c", "c", ["c"]],
        ["from the first", "", "b", ["a", "b"]],
        ["to the last", "d", "zz", ["d", "e"]],
        ["a gap", "bb", "bc", []],
        ["before the first", "", "A", []],
        ["past the last", "f", "z", []],
        ["a range upside down", "d", "b", []],
      ])("takes %s, in order and backwards", async (_what, from, to, expected) => {
        const pk = await aStoredRange(["c", "a", "e", "b", "d"]);
        await aStoredRange(["a", "b", "c", "d", "e"]);
        expect(await sksOf({ pk, from, to })).toEqual(expected);
        expect(await sksOf({ pk, from, to, descending: true })).toEqual([...expected].reverse());
      });

      it("orders sort keys by their UTF-8 bytes", async () => {
        const ordered = [
          "!",
          "-",
          "0",
          "10",
          "9",
          "A",
          "Z",
          "_",
          "a",
          "a!",
          "aa",
          "z",
          "é",
          "語",
          "\ue000",
          "\uffff",
          "😀",
          "😀!",
        ];
        const pk = await aStoredRange([...ordered].sort());
        expect(await sksOf({ pk, from: "", to: "\u{10ffff}" })).toEqual(ordered);
        expect(await sksOf({ pk, from: "", to: "\u{10ffff}", descending: true })).toEqual(
          ordered.toReversed(),
        );
        expect(await sksOf({ pk, from: "\ue000", to: "😀" })).toEqual(["\ue000", "\uffff", "😀"]);
      });

      it.each([1, 2, 3, 7, 8])("gives at most %i items at once and the rest by next", async limit => {
        const sks = ["a", "b", "c", "d", "e", "f", "g"];
        const pk = await aStoredRange(sks);
        const first = await items.query({ pk, from: "", to: "z", limit, ...strongly });
        expect(first.items.length).toBeLessThanOrEqual(limit);
        expect(first.items.length === sks.length || first.next !== undefined).toBe(true);
        expect(await sksOf({ pk, from: "", to: "z", limit })).toEqual(sks);
        expect(await sksOf({ pk, from: "", to: "z", limit, descending: true })).toEqual(sks.toReversed());
      });

      it("keeps to the range while it goes on", async () => {
        const pk = await aStoredRange(["a", "b", "c", "d", "e", "f"]);
        expect(await sksOf({ pk, from: "b", to: "e", limit: 2 })).toEqual(["b", "c", "d", "e"]);
        expect(await sksOf({ pk, from: "b", to: "e", limit: 2, descending: true })).toEqual([
          "e",
          "d",
          "c",
          "b",
        ]);
      });

      it("goes on past keys that have no room for another between them", async () => {
        const longest = (end: string): string => "x".repeat(itemLimits.skBytesMax - end.length) + end;
        const sks = ["a", "a\0", "a\0\0", "a!", "b", longest(""), longest("y"), longest("\x7f"), "y", "y\0"];
        const pk = await aStoredRange(sks);
        for (const limit of [1, 2, 3]) {
          expect(await sksOf({ pk, from: "", to: "z", limit })).toEqual(sks);
          expect(await sksOf({ pk, from: "", to: "z", limit, descending: true })).toEqual(sks.toReversed());
        }
      });

      it("stops after 1 MiB and goes on from there", async () => {
        const pk = freshPk();
        const sks = ["a", "b", "c", "d", "e"];
        for (const sk of sks) await items.put({ pk, sk, attributes: { value: new Uint8Array(350_000) } });
        for (const descending of [false, true]) {
          const first = await items.query({ pk, from: "", to: "z", descending, ...strongly });
          const read = first.items.reduce((sum, item) => sum + itemBytes(item), 0);
          expect(read).toBeLessThanOrEqual(itemLimits.queryBytesMax + itemLimits.itemBytesMax);
          expect(first.next).toBeDefined();
        }
        expect(await sksOf({ pk, from: "", to: "z" })).toEqual(sks);
        expect(await sksOf({ pk, from: "", to: "z", descending: true })).toEqual(sks.toReversed());
      });

      it("does not see what was deleted, and sees what was put back", async () => {
        const pk = await aStoredRange(["a", "b"]);
        await items.delete({ pk, sk: "a" });
        expect(await sksOf({ pk, from: "", to: "z" })).toEqual(["b"]);
        await items.put({ pk, sk: "a", attributes: {} });
        expect(await sksOf({ pk, from: "", to: "z" })).toEqual(["a", "b"]);
      });

      it.each([0, -1, 1.5])("rejects a limit of %d", async limit => {
        await expect(items.query({ pk: freshPk(), from: "", to: "z", limit, ...strongly })).rejects.toThrow(
          ItemRequestInvalid,
        );
      });
    });

    describe("limits", () => {
      const aSized = (key: ItemKey, sizeBytes: number): Item => {
        const empty = itemBytes({ ...key, attributes: { v: "" } });
        return { ...key, attributes: { v: new Uint8Array(sizeBytes - empty) } };
      };

      it("keeps an item of the largest size", async () => {
        const item = aSized(freshKey(), itemLimits.itemBytesMax);
        expect((await items.put(item)).kind).toBe("applied");
        expect(bytesOf(await read(item), "v").length).toBe(bytesOf(item.attributes, "v").length);
      });

      it("rejects a larger item and keeps the old one", async () => {
        const key = await aStored({ old: 1 });
        await expect(items.put(aSized(key, itemLimits.itemBytesMax + 1))).rejects.toThrow(ItemRequestInvalid);
        expect(await read(key)).toEqual({ old: 1 });
      });

      it("rejects an update that makes the item too large and keeps the old one", async () => {
        const item = aSized(freshKey(), itemLimits.itemBytesMax - 10);
        await items.put(item);
        await expect(items.update(item, { set: { x: "0123456789" } })).rejects.toThrow(ItemRequestInvalid);
        expect(Object.keys((await read(item)) ?? {})).toEqual(["v"]);
      });

      it("keeps keys of the largest size", async () => {
        const pk = `${freshPk()}-${"p".repeat(itemLimits.pkBytesMax)}`.slice(0, itemLimits.pkBytesMax);
        const item = { pk, sk: "s".repeat(itemLimits.skBytesMax), attributes: { n: 1 } };
        await items.put(item);
        expect(await read(item)).toEqual({ n: 1 });
      });

      it.each<[string, ItemKey]>([
        ["an empty pk", { pk: "", sk: "s" }],
        ["an empty sk", { pk: "p", sk: "" }],
        ["a pk too long", { pk: "p".repeat(itemLimits.pkBytesMax + 1), sk: "s" }],
        ["an sk too long", { pk: "p", sk: "s".repeat(itemLimits.skBytesMax + 1) }],
        ["an sk too long in UTF-8", { pk: "p", sk: "é".repeat(itemLimits.skBytesMax / 2 + 1) }],
        ["half a surrogate pair", { pk: "p", sk: "\udc00" }],
      ])("rejects %s in every call", async (_what, key) => {
        const calls: (() => Promise<unknown>)[] = [
          () => items.get(key, strongly),
          () => items.update(key, { set: { n: 1 } }),
          () => items.put({ ...key, attributes: {} }),
          () => items.delete(key),
          () => items.batchGet([key], strongly),
          () => items.batchWrite([{ kind: "delete", key }]),
          () => items.batchWrite([{ kind: "put", item: { ...key, attributes: {} } }]),
        ];
        for (const call of calls) await expect(call()).rejects.toThrow(ItemRequestInvalid);
      });

      it.each(["", "p".repeat(itemLimits.pkBytesMax + 1), "\ud83d"])(
        "rejects a query of the pk %j",
        async pk => {
          await expect(items.query({ pk, from: "", to: "z", ...strongly })).rejects.toThrow(
            ItemRequestInvalid,
          );
        },
      );
    });

    describe("batches", () => {
      const aBatch = (pk: string, count: number): BatchWrite[] =>
        Array.from({ length: count }, (_, i) => ({
          kind: "put",
          item: { pk, sk: `k${i}`, attributes: { i, b: bytes(i) } },
        }));
      const writeAll = async (writes: readonly BatchWrite[]): Promise<void> => {
        let rest = writes;
        for (let i = 0; i < 100 && rest.length > 0; i++) rest = (await items.batchWrite(rest)).unprocessed;
        expect(rest).toEqual([]);
      };

      it("writes 25 items and reads them back by key", async () => {
        const pk = freshPk();
        const writes = aBatch(pk, itemLimits.batchWriteItemsMax);
        await writeAll(writes);
        const keys = writes.map((_, i) => ({ pk, sk: `k${i}` }));
        const found = await items.batchGet([...keys, { pk, sk: "absent" }], strongly);
        expect([...found].sort((a, b) => Number(a.attributes["i"]) - Number(b.attributes["i"]))).toEqual(
          writes.map(write => (write.kind === "put" ? write.item : undefined)),
        );
      });

      it("puts and deletes in one batch, replacing whole items", async () => {
        const pk = freshPk();
        await items.put({ pk, sk: "replaced", attributes: { old: 1 } });
        await items.put({ pk, sk: "deleted", attributes: { old: 1 } });
        await writeAll([
          { kind: "put", item: { pk, sk: "replaced", attributes: { new: 2 } } },
          { kind: "delete", key: { pk, sk: "deleted" } },
          { kind: "delete", key: { pk, sk: "never-there" } },
        ]);
        expect(await readAll({ pk, from: "", to: "z", ...strongly })).toEqual([
          { pk, sk: "replaced", attributes: { new: 2 } },
        ]);
      });

      it("tells keys apart that read the same when joined", async () => {
        const pk = freshPk();
        const keys = [
          { pk: `${pk}a`, sk: "bc" },
          { pk: `${pk}ab`, sk: "c" },
        ];
        await writeAll(keys.map(key => ({ kind: "put", item: { ...key, attributes: { of: key.sk } } })));
        const found = await items.batchGet(keys, strongly);
        expect(new Set(found.map(item => item.attributes["of"]))).toEqual(new Set(["bc", "c"]));
      });

      it("has done what it does not hand back", async () => {
        const pk = freshPk();
        const writes = aBatch(pk, 20);
        const { unprocessed } = await items.batchWrite(writes);
        const left = unprocessed.map(write => (write.kind === "put" ? write.item.sk : write.key.sk));
        const done = await sksOf({ pk, from: "", to: "z" });
        expect([...done, ...left].sort()).toEqual(writes.map((_, i) => `k${i}`).sort());
      });

      it("reads 100 items at once", async () => {
        const pk = freshPk();
        const writes = aBatch(pk, itemLimits.batchGetKeysMax);
        for (let i = 0; i < writes.length; i += 25) await writeAll(writes.slice(i, i + 25));
        const keys = writes.map((_, i) => ({ pk, sk: `k${i}` }));
        const found = await items.batchGet(keys, strongly);
        expect(new Set(found.map(item => item.sk))).toEqual(new Set(keys.map(key => key.sk)));
      });

      it("takes empty batches", async () => {
        expect(await items.batchGet([], strongly)).toEqual([]);
        expect(await items.batchWrite([])).toEqual({ unprocessed: [] });
      });

      it.each<[string, (pk: string) => BatchWrite[]]>([
        ["too many writes", pk => aBatch(pk, itemLimits.batchWriteItemsMax + 1)],
        ["one key twice", pk => [...aBatch(pk, 2), { kind: "delete", key: { pk, sk: "k0" } }]],
        [
          "one item too large",
          pk => [
            ...aBatch(pk, 2),
            {
              kind: "put",
              item: { pk, sk: "large", attributes: { v: new Uint8Array(itemLimits.itemBytesMax) } },
            },
          ],
        ],
        [
          "one attribute named pk",
          pk => [...aBatch(pk, 2), { kind: "put", item: { pk, sk: "x", attributes: { pk: "x" } } }],
        ],
      ])("rejects %s and writes nothing", async (_what, batchOf) => {
        const pk = freshPk();
        await expect(items.batchWrite(batchOf(pk))).rejects.toThrow(ItemRequestInvalid);
        expect(await sksOf({ pk, from: "", to: "z" })).toEqual([]);
      });

      it("rejects reads of too many keys and of one key twice", async () => {
        const pk = freshPk();
        const keys = Array.from({ length: itemLimits.batchGetKeysMax + 1 }, (_, i) => ({ pk, sk: `k${i}` }));
        await expect(items.batchGet(keys, strongly)).rejects.toThrow(ItemRequestInvalid);
        await expect(items.batchGet([...keys.slice(0, 2), { pk, sk: "k0" }], strongly)).rejects.toThrow(
          ItemRequestInvalid,
        );
      });
    });

    describe("at the same time", () => {
      const times = <T>(count: number, work: (i: number) => Promise<T>): Promise<T[]> =>
        Promise.all(Array.from({ length: count }, (_, i) => work(i)));
      const appliedOf = (results: readonly { readonly kind: string }[]): number =>
        results.filter(result => result.kind === "applied").length;

      it("applies each of 100 adds once and answers with an image of its own", async () => {
        const key = await aStored({ n: 0 });
        const results = await times(100, () => items.update(key, { add: { n: 1 } }));
        const seen = results.map(result => (result.kind === "applied" ? Number(result.attributes["n"]) : -1));
        expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
        expect(await read(key)).toEqual({ n: 100 });
      });

      it("gives each of 50 writers an order of its own", async () => {
        const key = await aStored({ seq: 0 });
        await times(50, i => items.update(key, { add: { seq: 1 }, copy: { [`s${i}`]: "seq" } }));
        const { seq, ...orders } = (await read(key)) ?? {};
        expect(seq).toBe(50);
        expect(new Set(Object.values(orders))).toEqual(new Set(Array.from({ length: 50 }, (_, i) => i)));
      });

      it("lets one of 20 writers through when they all expect the same", async () => {
        const key = await aStored({ n: 0 });
        const results = await times(20, i =>
          items.update(key, { add: { n: 1 }, set: { winner: i } }, [{ kind: "equals", name: "n", value: 0 }]),
        );
        expect(appliedOf(results)).toBe(1);
        const winner = results.findIndex(result => result.kind === "applied");
        expect(await read(key)).toEqual({ n: 1, winner });
      });

      it("stores one of 20 puts of one key that must not exist", async () => {
        const key = freshKey();
        const results = await times(20, i =>
          items.put({ ...key, attributes: { winner: i } }, [{ kind: "itemAbsent" }]),
        );
        expect(appliedOf(results)).toBe(1);
        const winner = results.findIndex(result => result.kind === "applied");
        expect(await read(key)).toEqual({ winner });
        for (const result of results)
          if (result.kind === "refused") expect(result.current).toEqual({ winner });
      });

      it("deletes an item once", async () => {
        const key = await aStored({ n: 1 });
        const results = await times(20, () => items.delete(key, [{ kind: "itemExists" }]));
        expect(appliedOf(results)).toBe(1);
      });

      it("keeps changes of different items apart", async () => {
        const pk = freshPk();
        await times(50, i => items.update({ pk, sk: `k${i}` }, { set: { i } }));
        const found = await readAll({ pk, from: "", to: "z", ...strongly });
        expect(found.map(item => item.attributes)).toEqual(
          found.map(item => ({ i: Number(item.sk.slice(1)) })),
        );
        expect(found.length).toBe(50);
      });
    });
  });
}

function bytesOf(attributes: Attributes | undefined, name: string): Uint8Array {
  const value = attributes?.[name];
  if (!(value instanceof Uint8Array)) throw new Error(`${name} holds no bytes`);
  return value;
}
