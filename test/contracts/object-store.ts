/**
 * What every ObjectStore does, in terms of the port alone. Run on each adapter. Every row uses a prefix of its own, so
 * that one store serves them all.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type ByteRange,
  type ObjectInfo,
  ObjectRequestInvalid,
  type ObjectStore,
  objectLimits,
} from "../../lib/ports/index.ts";
import { expectKnownWrong, type KnownWrong } from "./known-wrong.ts";

/** An adapter under test, and how to let it go. */
export type OpenObjectStore = { readonly objects: ObjectStore; readonly close?: () => Promise<void> };

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

/** `knownWrong`: rows that the store behind the adapter is known to get wrong, which must fail. */
export function describeObjectStore(
  name: string,
  open: () => Promise<OpenObjectStore>,
  knownWrong: KnownWrong = {},
): void {
  describe(`object store: ${name}`, () => {
    let opened: OpenObjectStore;
    let objects: ObjectStore;
    let rows = 0;
    expectKnownWrong(knownWrong);
    beforeAll(async () => {
      opened = await open();
      objects = opened.objects;
    });
    afterAll(() => opened.close?.());

    /** A prefix that no other row uses and that is no prefix of another. */
    const freshPrefix = (): string => `row-${rows++}/`;
    const textOf = async (key: string, range?: ByteRange): Promise<string | undefined> => {
      const result = await objects.get(key, range);
      return result.kind === "found" ? Buffer.from(result.bytes).toString() : undefined;
    };
    const aStored = async (text: string): Promise<string> => {
      const key = `${freshPrefix()}object`;
      await objects.put(key, [bytes(text)]);
      return key;
    };
    const aStoredSet = async (names: readonly string[]): Promise<string> => {
      const prefix = freshPrefix();
      await Promise.all(names.map(each => objects.put(prefix + each, [bytes(each)])));
      return prefix;
    };
    const listAll = async (prefix: string, limit?: number, after?: string): Promise<ObjectInfo[]> => {
      const found: ObjectInfo[] = [];
      let from = after;
      for (let page = 0; page < 10_000; page++) {
        const result = await objects.list(prefix, {
          ...(limit === undefined ? {} : { limit }),
          ...(from === undefined ? {} : { after: from }),
        });
        found.push(...result.objects);
        if (result.next === undefined) return found;
        from = result.next;
      }
      throw new Error("a listing does not end");
    };
    const namesOf = async (prefix: string, limit?: number, after?: string): Promise<string[]> =>
      (await listAll(prefix, limit, after)).map(object => object.key.slice(prefix.length));

    describe("put and get", () => {
      it("misses what was never put", async () => {
        expect(await objects.get(`${freshPrefix()}nothing`)).toEqual({ kind: "missing" });
        expect(await objects.get(`${freshPrefix()}nothing`, { start: 0, length: 1 })).toEqual({
          kind: "missing",
        });
      });

      it.each([
        ["one part", ["whole"], "whole"],
        ["parts back to back", ["a", "bc", "", "def"], "abcdef"],
        ["an empty part", [""], ""],
        ["no parts", [], ""],
      ])("returns %s", async (_what, parts, expected) => {
        const key = `${freshPrefix()}object`;
        expect((await objects.put(key, parts.map(bytes))).kind).toBe("stored");
        expect(await textOf(key)).toBe(expected);
      });

      it("returns more bytes than fit one write, whole and in ranges", async () => {
        const key = `${freshPrefix()}large`;
        const large = new Uint8Array(9_000_001);
        for (let i = 0; i < large.length; i++) large[i] = (i * 31 + (i >>> 12)) & 0xff;
        await objects.put(key, [large.subarray(0, 5_000_000), large.subarray(5_000_000)]);
        const whole = await objects.get(key);
        expect(whole.kind === "found" && Buffer.compare(whole.bytes, large)).toBe(0);
        const range = await objects.get(key, { start: 4_999_990, length: 20 });
        expect(range).toEqual({ kind: "found", bytes: large.slice(4_999_990, 5_000_010) });
      });

      it("stores what is larger than one request should be, once, whole and readable in ranges", async () => {
        const key = `${freshPrefix()}huge`;
        const huge = new Uint8Array(20 * 1024 * 1024 + 1);
        for (let i = 0; i < huge.length; i += 997) huge[i] = (i >>> 8) & 0xff;
        const parts = [
          huge.subarray(0, 7_000_000),
          huge.subarray(7_000_000, 7_000_001),
          huge.subarray(7_000_001),
        ];
        const puts = await Promise.all([objects.put(key, parts), objects.put(key, parts)]);
        expect(puts.map(({ kind }) => kind).sort()).toEqual(["exists", "stored"]);
        expect((await objects.put(key, [huge.subarray(1)])).kind).toBe("exists");
        const whole = await objects.get(key);
        expect(whole.kind === "found" && Buffer.compare(whole.bytes, huge)).toBe(0);
        const at = 16 * 1024 * 1024 - 10;
        const range = await objects.get(key, { start: at, length: 20 });
        expect(range).toEqual({ kind: "found", bytes: huge.slice(at, at + 20) });
        expect(await listAll(key)).toMatchObject([{ key, sizeBytes: huge.length }]);
      });

      it("stores many small parts as one object", async () => {
        const key = `${freshPrefix()}parts`;
        const parts = Array.from({ length: 3000 }, (_, i) => bytes(`${i},`));
        await objects.put(key, parts);
        expect(await textOf(key)).toBe(Buffer.concat(parts).toString());
      });

      it("returns bytes put as a part of a larger buffer", async () => {
        const key = `${freshPrefix()}object`;
        await objects.put(key, [Buffer.from("0123456789").subarray(3, 6)]);
        expect(await textOf(key)).toBe("345");
      });

      it("never replaces an object", async () => {
        const key = await aStored("first");
        expect((await objects.put(key, [bytes("second")])).kind).toBe("exists");
        expect(await textOf(key)).toBe("first");
      });

      it("says its own time with either answer", async () => {
        const key = `${freshPrefix()}object`;
        const stored = await objects.put(key, [bytes("x")]);
        const exists = await objects.put(key, [bytes("x")]);
        expect(Number.isSafeInteger(stored.storeTimeMs)).toBe(true);
        expect(exists.storeTimeMs).toBeGreaterThanOrEqual(stored.storeTimeMs);
        expect((await objects.list(key)).storeTimeMs).toBeGreaterThanOrEqual(stored.storeTimeMs);
      });

      it.each(["a b", "a+b", "100%", "%2F", "a//b", "ü/語/😀", "a&b=c?d#e", "..", "~", "'\"\\"])(
        "keeps the key %j",
        async odd => {
          const prefix = freshPrefix();
          await objects.put(prefix + odd, [bytes(odd)]);
          expect(await textOf(prefix + odd)).toBe(odd);
          expect(await namesOf(prefix)).toEqual([odd]);
        },
      );

      it("keeps nothing of the bytes handed in once it has answered", async () => {
        const key = `${freshPrefix()}object`;
        const mine = bytes("mine");
        await objects.put(key, [mine]);
        mine.fill(0);
        expect(await textOf(key)).toBe("mine");
      });

      it("hands out bytes that the caller may change", async () => {
        const key = await aStored("stored");
        for (const range of [undefined, { start: 0, length: 6 }]) {
          const result = await objects.get(key, range);
          if (result.kind === "found") result.bytes.fill(0);
          // A Buffer's slice() would share what it seems to copy.
          expect(Buffer.isBuffer(result.kind === "found" && result.bytes)).toBe(false);
          expect(await textOf(key)).toBe("stored");
        }
      });
    });

    describe("ranges", () => {
      it.each<[string, ByteRange, string]>([
        ["the beginning", { start: 0, length: 3 }, "012"],
        ["the middle", { start: 3, length: 4 }, "3456"],
        ["the end", { start: 7, length: 3 }, "789"],
        ["everything", { start: 0, length: 10 }, "0123456789"],
        ["past the end", { start: 7, length: 100 }, "789"],
        ["at the end", { start: 10, length: 1 }, ""],
        ["beyond the end", { start: 50, length: 5 }, ""],
        ["nothing", { start: 4, length: 0 }, ""],
      ])("returns %s", async (_what, range, expected) => {
        const key = await aStored("0123456789");
        expect(await textOf(key, range)).toBe(expected);
      });

      it("returns nothing of an empty object", async () => {
        const key = await aStored("");
        expect(await textOf(key, { start: 0, length: 10 })).toBe("");
      });

      it.each<ByteRange>([
        { start: -1, length: 1 },
        { start: 0, length: -1 },
        { start: 0.5, length: 1 },
        { start: 0, length: Number.NaN },
      ])("rejects $length bytes at $start", async range => {
        const key = await aStored("0123456789");
        await expect(objects.get(key, range)).rejects.toThrow(ObjectRequestInvalid);
      });
    });

    describe("delete", () => {
      it("removes objects, leaves others, and counts an absent one as deleted", async () => {
        const prefix = await aStoredSet(["a", "b", "c"]);
        await objects.delete([`${prefix}a`, `${prefix}never`, `${prefix}c`]);
        expect(await namesOf(prefix)).toEqual(["b"]);
        expect(await objects.get(`${prefix}a`)).toEqual({ kind: "missing" });
        expect(await textOf(`${prefix}b`)).toBe("b");
      });

      it("takes one key twice, and no keys", async () => {
        const key = await aStored("x");
        await objects.delete([key, key]);
        await objects.delete([]);
        expect(await objects.get(key)).toEqual({ kind: "missing" });
      });

      it("lets a deleted key be put anew", async () => {
        const key = await aStored("old");
        await objects.delete([key]);
        expect((await objects.put(key, [bytes("new")])).kind).toBe("stored");
        expect(await textOf(key)).toBe("new");
      });

      it("rejects more keys than one call takes and removes nothing", async () => {
        const key = await aStored("x");
        const keys = Array.from({ length: objectLimits.deleteKeysMax }, (_, i) => `${key}-${i}`);
        await expect(objects.delete([key, ...keys])).rejects.toThrow(ObjectRequestInvalid);
        expect(await textOf(key)).toBe("x");
      });
    });

    describe("list", () => {
      it("finds nothing under an unknown prefix", async () => {
        const { objects: found, next } = await objects.list(freshPrefix());
        expect(found).toEqual([]);
        expect(next).toBeUndefined();
      });

      it("tells key, size and time of each object under the prefix", async () => {
        const prefix = freshPrefix();
        const { storeTimeMs } = await objects.put(`${prefix}a`, [bytes("12345")]);
        const [info, ...rest] = await listAll(prefix);
        expect(rest).toEqual([]);
        expect({ key: info?.key, sizeBytes: info?.sizeBytes }).toEqual({ key: `${prefix}a`, sizeBytes: 5 });
        // S3 keeps whole seconds.
        expect(Math.abs((info?.modifiedMs ?? 0) - storeTimeMs)).toBeLessThanOrEqual(2000);
      });

      it("keeps the size and the time of an object that was put twice", async () => {
        const key = await aStored("first");
        const before = await listAll(key);
        await objects.put(key, [bytes("a longer second")]);
        expect(await listAll(key)).toEqual(before);
      });

      it("orders keys by their UTF-8 bytes", async () => {
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
          "a/",
          "a/b",
          "aa",
          "z",
          "é",
          "\ue000",
          "\uffff",
          "😀",
          "😀!",
        ];
        const prefix = await aStoredSet([...ordered].sort());
        expect(await namesOf(prefix)).toEqual(ordered);
        expect(await namesOf(prefix, 1)).toEqual(ordered);
        expect(await namesOf(prefix, 3, `${prefix}z`)).toEqual(["é", "\ue000", "\uffff", "😀", "😀!"]);
      });

      it("takes the prefix as it is, not as a folder", async () => {
        const prefix = await aStoredSet(["ab/1", "ab/2", "abc", "b"]);
        expect(await namesOf(`${prefix}ab`)).toEqual(["/1", "/2", "c"]);
        expect(await namesOf(`${prefix}ab/`)).toEqual(["1", "2"]);
        expect(await namesOf(`${prefix}abc`)).toEqual([""]);
      });

      it.each([
        ["a key", "b", ["c", "d"]],
        ["no key", "bb", ["c", "d"]],
        ["the last key", "d", []],
        ["a prefix of a key", "", ["a", "b", "c", "d"]],
      ])("starts after %s", async (_what, after, expected) => {
        const prefix = await aStoredSet(["a", "b", "c", "d"]);
        expect(await namesOf(prefix, undefined, prefix + after)).toEqual(expected);
      });

      it("starts at the prefix when told to start before it, and nowhere when told to start past it", async () => {
        const prefix = await aStoredSet(["a", "b"]);
        expect(await namesOf(prefix, undefined, "!")).toEqual(["a", "b"]);
        expect(await namesOf(prefix, undefined, "~")).toEqual([]);
      });

      it.each([1, 2, 4, 5])("gives at most %i objects at once and the rest after next", async limit => {
        const prefix = await aStoredSet(["a", "b", "c", "d"]);
        const first = await objects.list(prefix, { limit });
        expect(first.objects.length).toBeLessThanOrEqual(limit);
        expect(first.objects.length === 4 || first.next !== undefined).toBe(true);
        expect(await namesOf(prefix, limit)).toEqual(["a", "b", "c", "d"]);
      });

      it("gives at most 1,000 objects at once", async () => {
        const names = Array.from({ length: 1003 }, (_, i) => String(i).padStart(4, "0"));
        const prefix = await aStoredSet(names);
        const first = await objects.list(prefix, { limit: 5000 });
        expect(first.objects.length).toBeLessThanOrEqual(objectLimits.listObjectsMax);
        expect(first.next).toBeDefined();
        expect(await namesOf(prefix)).toEqual(names);
      });

      it.each([0, -1, 1.5])("rejects a limit of %d", async limit => {
        await expect(objects.list(freshPrefix(), { limit })).rejects.toThrow(ObjectRequestInvalid);
      });
    });

    describe("limits", () => {
      it("keeps a key of the largest size", async () => {
        const key = freshPrefix().padEnd(objectLimits.keyBytesMax, "k");
        await objects.put(key, [bytes("x")]);
        expect(await textOf(key)).toBe("x");
      });

      it.each([
        ["no key", ""],
        ["a key too long", "k".repeat(objectLimits.keyBytesMax + 1)],
        ["a key too long in UTF-8", "é".repeat(objectLimits.keyBytesMax / 2 + 1)],
        ["half a surrogate pair", "\ud83d"],
      ])("rejects %s in every call", async (_what, key) => {
        const calls: (() => Promise<unknown>)[] = [
          () => objects.put(key, [bytes("x")]),
          () => objects.get(key),
          () => objects.delete([key]),
        ];
        for (const call of calls) await expect(call()).rejects.toThrow(ObjectRequestInvalid);
      });
    });

    describe("at the same time", () => {
      it("stores one of 20 puts of one key, and the bytes are those of the one", async () => {
        const key = `${freshPrefix()}object`;
        const results = await Promise.all(
          Array.from({ length: 20 }, (_, i) => objects.put(key, [bytes(`writer ${i}`)])),
        );
        const stored = results.flatMap((result, i) => (result.kind === "stored" ? [i] : []));
        expect(stored.length).toBe(1);
        expect(await textOf(key)).toBe(`writer ${stored[0]}`);
      });

      it("stores 100 objects side by side", async () => {
        const prefix = freshPrefix();
        const names = Array.from({ length: 100 }, (_, i) => `k${i}`);
        await Promise.all(names.map(each => objects.put(prefix + each, [bytes(each.repeat(50))])));
        const found = await Promise.all(names.map(each => textOf(prefix + each)));
        expect(found).toEqual(names.map(each => each.repeat(50)));
      });

      it("shows an object whole or not at all while it is put", async () => {
        const key = `${freshPrefix()}object`;
        const whole = "0123456789".repeat(100_000);
        let under = true;
        const put = objects.put(key, [bytes(whole)]).finally(() => {
          under = false;
        });
        const seen = new Set<string | undefined>();
        for (let i = 0; i < 1000 && under; i++) seen.add(await textOf(key));
        await put;
        seen.add(await textOf(key));
        seen.delete(undefined);
        expect([...seen].map(text => text === whole)).toEqual([true]);
      });
    });
  });
}
