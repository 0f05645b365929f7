/** What the object store does when the file system fails, and how many syncs it needs when it does not. */
import { describe, expect, it } from "vitest";
import { LocalObjectStore } from "../../../lib/adapters/local/index.ts";
import { systemCodecs } from "../../../lib/adapters/system/index.ts";
import { OutcomeUnknown, StoreFull, StoreUnavailable, silentTelemetry } from "../../../lib/ports/index.ts";
import { DroppingFileLayer, seededChance } from "../../support/dropping-file-layer.ts";
import { DroppingObjectIndex } from "../../support/dropping-object-index.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const body = (text: string): Uint8Array[] => [Buffer.from(text)];

async function aStore(options: { packBytesMax?: number; files?: DroppingFileLayer } = {}) {
  const chance = seededChance(1);
  const files = options.files ?? new DroppingFileLayer(chance);
  const index = new DroppingObjectIndex(chance);
  const clock = new ManualClock();
  const logged: string[] = [];
  const telemetry = {
    ...silentTelemetry,
    log: (_level: string, message: string) => {
      logged.push(message);
    },
  };
  const reopened = (disk: { readonly files: DroppingFileLayer; readonly index: DroppingObjectIndex }) =>
    LocalObjectStore.open(
      { ...disk, clock: new ManualClock(), crc32c: systemCodecs.crc32c, telemetry },
      { directory: "/packs", packBytesMax: options.packBytesMax ?? 1_000_000 },
    );
  const open = () =>
    LocalObjectStore.open(
      { files, index, clock, crc32c: systemCodecs.crc32c, telemetry },
      { directory: "/packs", packBytesMax: options.packBytesMax ?? 1_000_000 },
    );
  const store = await open();
  const keysFound = async (keys: readonly string[]): Promise<string[]> => {
    const found: string[] = [];
    for (const key of keys) if ((await store.get(key)).kind === "found") found.push(key);
    return found;
  };
  return { store, files, index, clock, logged, open, reopened, keysFound };
}

/** Lets the pumps go as far as they can. */
async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await new Promise(resolve => setImmediate(resolve));
}

describe("group commit", () => {
  it("makes what is put together durable by one write and one sync", async () => {
    const { store, files } = await aStore();
    await store.put("first", body("makes the pack"));
    const before = { ...files.done };
    await Promise.all(Array.from({ length: 100 }, (_, i) => store.put(`k${i}`, body(`object ${i}`))));
    expect(files.done.write - before.write).toBe(1);
    expect(files.done.sync - before.sync).toBe(1);
  });

  it("writes the next group while a sync is under way, and makes all that was written durable by the next", async () => {
    const { store, files } = await aStore();
    await store.put("first", body("makes the pack"));
    const before = { ...files.done };
    const release = files.hold("sync");
    const puts = [];
    for (let i = 0; i < 5; i++) {
      puts.push(store.put(`k${i}`, body("x")));
      await settle();
    }
    expect(files.done.write - before.write).toBe(5);
    expect(files.done.sync - before.sync).toBe(0);
    release();
    await Promise.all(puts);
    expect(files.done.sync - before.sync).toBe(2);
  });

  it("acknowledges nothing before its sync", async () => {
    const { store, files } = await aStore();
    const release = files.hold("sync");
    let acknowledged = false;
    const put = store.put("k", body("x")).then(() => {
      acknowledged = true;
    });
    await settle();
    expect(acknowledged).toBe(false);
    expect(await store.get("k")).toEqual({ kind: "missing" });
    release();
    await put;
    expect((await store.get("k")).kind).toBe("found");
  });

  it("begins a new pack only when all of the old one is durable", async () => {
    const { store, files } = await aStore({ packBytesMax: 250 });
    await store.put("first", body("makes the pack"));
    const before = { ...files.done };
    const release = files.hold("sync");
    const filling = store.put("filling", [Buffer.alloc(250)]);
    await settle();
    const next = store.put("next", body("x"));
    await settle();
    expect(files.done.create).toBe(before.create);
    release();
    await Promise.all([filling, next]);
    expect(files.done.create).toBe(before.create + 1);
  });

  it("does not say that an object exists before it is durable", async () => {
    const { store, files } = await aStore();
    await store.put("first", body("makes the pack"));
    const release = files.hold("sync");
    const answers: string[] = [];
    const first = store.put("k", body("one")).then(result => answers.push(result.kind));
    const second = store.put("k", body("two")).then(result => answers.push(result.kind));
    await settle();
    expect(answers).toEqual([]);
    release();
    await Promise.all([first, second]);
    expect(answers).toEqual(["stored", "exists"]);
  });

  it("puts the second of two when the first one failed", async () => {
    const { store, files } = await aStore();
    await store.put("first", body("makes the pack"));
    files.failNext("write", "ENOSPC");
    const [first, second] = await Promise.allSettled([
      store.put("k", body("one")),
      store.put("k", body("two")),
    ]);
    expect(first.status).toBe("rejected");
    expect(second.status === "fulfilled" && second.value.kind).toBe("stored");
    expect(Buffer.from(await bytesOf(store, "k")).toString()).toBe("two");
  });
});

describe("a full disk", () => {
  it.each([0, 1, 20, 60])("refuses the group after %i bytes of it and goes on", async writtenBytes => {
    const { store, files, keysFound, open } = await aStore();
    await store.put("before", body("before"));
    files.failNext("write", "ENOSPC", writtenBytes);
    const refused = await Promise.allSettled([
      store.put("a", body("a".repeat(30))),
      store.put("b", body("b")),
    ]);
    for (const each of refused) expect(each.status === "rejected" && each.reason).toBeInstanceOf(StoreFull);
    await store.put("after", body("after"));
    expect(await keysFound(["before", "a", "b", "after"])).toEqual(["before", "after"]);
    await store.close();
    const again = await open();
    expect((await again.list("")).objects.map(object => object.key)).toEqual(["after", "before"]);
  });

  it("refuses when there is no space for a new pack, and makes one when there is", async () => {
    for (const operation of ["create", "write", "sync", "syncDirectory"] as const) {
      const { store, files, keysFound, open } = await aStore();
      files.failNext(operation, "ENOSPC", 5);
      await expect(store.put("refused", body("x"))).rejects.toThrow(StoreFull);
      await store.put("stored", body("x"));
      expect(await keysFound(["refused", "stored"])).toEqual(["stored"]);
      expect((await files.list("/packs")).length).toBe(1);
      await store.close();
      expect((await (await open()).get("stored")).kind).toBe("found");
    }
  });

  it("stops all writing when what was half written cannot be cut off", async () => {
    const { store, files } = await aStore();
    await store.put("before", body("before"));
    files.failNext("write", "ENOSPC", 10);
    files.failNext("truncate", "EIO");
    await expect(store.put("a", body("a"))).rejects.toThrow(OutcomeUnknown);
    await expect(store.put("b", body("b"))).rejects.toThrow(StoreUnavailable);
  });

  it("is a quota that is used up, too", async () => {
    const { store, files } = await aStore();
    files.failNext("write", "EDQUOT");
    await expect(store.put("a", body("a"))).rejects.toThrow(StoreFull);
  });
});

describe("a failing disk", () => {
  it("leaves what a failed write was for unknown, and writes nothing more", async () => {
    const { store, files, keysFound, logged } = await aStore();
    await store.put("before", body("before"));
    files.failNext("write", "EIO", 10);
    await expect(store.put("a", body("a"))).rejects.toThrow(OutcomeUnknown);
    const before = { ...files.done };
    await expect(store.put("b", body("b"))).rejects.toThrow(StoreUnavailable);
    await expect(store.delete(["before"])).rejects.toThrow(StoreUnavailable);
    expect(files.done).toEqual(before);
    expect(await keysFound(["before", "a", "b"])).toEqual(["before"]);
    expect(logged).toEqual(["a pack file cannot be written; check the disk and restart"]);
  });

  it("never syncs again after a failed sync: the next one would prove nothing", async () => {
    const { store, files } = await aStore();
    await store.put("before", body("before"));
    const before = files.done.sync;
    files.failNext("sync", "EIO");
    const release = files.hold("sync");
    // Written before the sync, written while it is under way, and waiting to be written.
    const first = store.put("first", body("x"));
    await settle();
    const second = store.put("second", body("x"));
    await settle();
    const releaseWrite = files.hold("write");
    const third = store.put("third", body("x"));
    await settle();
    const fourth = store.put("fourth", body("x"));
    await settle();
    const settled = Promise.allSettled([first, second, third, fourth]);
    release();
    await settle();
    releaseWrite();
    const reasons = (await settled).map(result =>
      result.status === "rejected" ? result.reason.name : result.status,
    );
    expect(reasons).toEqual(["OutcomeUnknown", "OutcomeUnknown", "OutcomeUnknown", "StoreUnavailable"]);
    await expect(store.put("later", body("x"))).rejects.toThrow(StoreUnavailable);
    expect(files.done.sync).toBe(before);
    expect(await store.get("first")).toEqual({ kind: "missing" });
  });

  it("begins no new pack after a failed sync, and tells the index nothing of the old one", async () => {
    const { store, files, index, clock } = await aStore({ packBytesMax: 250 });
    await store.put("before", body("x"));
    await clock.advance(1000);
    const before = { ...files.done };
    const known = index.packs;
    files.failNext("sync", "EIO");
    const release = files.hold("sync");
    const filling = store.put("filling", [Buffer.alloc(250)]);
    await settle();
    const next = store.put("next", body("x"));
    const settled = Promise.allSettled([filling, next]);
    await settle();
    release();
    const reasons = (await settled).map(result => (result.status === "rejected" ? result.reason.name : "?"));
    expect(reasons).toEqual(["OutcomeUnknown", "StoreUnavailable"]);
    await clock.advance(1000);
    expect(files.done.create).toBe(before.create);
    expect(index.packs).toEqual(known);
  });

  it("does not acknowledge in a new pack whose directory was not synced", async () => {
    const { store, files } = await aStore();
    files.failNext("syncDirectory", "EIO");
    await expect(store.put("a", body("a"))).rejects.toThrow(StoreUnavailable);
    await expect(store.put("b", body("b"))).rejects.toThrow(StoreUnavailable);
  });

  it("says so when an object cannot be read", async () => {
    const { store, files } = await aStore();
    await store.put("a", body("abc"));
    files.failNext("read", "EIO");
    await expect(store.get("a")).rejects.toThrow(StoreUnavailable);
    expect((await store.get("a")).kind).toBe("found");
  });
});

describe("packs", () => {
  const packs = (files: DroppingFileLayer) => files.list("/packs");

  it("roll at their size", async () => {
    const { store, files } = await aStore({ packBytesMax: 250 });
    for (let i = 0; i < 8; i++) await store.put(`k${i}`, [Buffer.alloc(100)]);
    expect((await packs(files)).length).toBe(4);
  });

  it("are unlinked when no object lies in them any more", async () => {
    const { store, files, keysFound } = await aStore({ packBytesMax: 250 });
    const keys = Array.from({ length: 8 }, (_, i) => `k${i}`);
    for (const key of keys) await store.put(key, [Buffer.alloc(100)]);
    await store.delete(keys.slice(0, 5));
    await store.list("");
    expect(await packs(files)).toEqual(["00000003.pack", "00000004.pack", "00000005.pack"]);
    expect(await keysFound(keys)).toEqual(["k5", "k6", "k7"]);
  });

  it("stay unlinked, and their objects deleted, after a restart", async () => {
    const { store, files, open } = await aStore({ packBytesMax: 250 });
    for (let i = 0; i < 8; i++) await store.put(`k${i}`, [Buffer.alloc(100)]);
    await store.delete(["k0", "k1", "k2", "k3", "k4"]);
    await store.close();
    const again = await open();
    expect((await again.list("")).objects.map(object => object.key)).toEqual(["k5", "k6", "k7"]);
    expect((await packs(files)).includes("00000001.pack")).toBe(false);
  });

  it("that could not be unlinked are unlinked at the next start", async () => {
    const { store, files, open, logged } = await aStore({ packBytesMax: 250 });
    for (let i = 0; i < 4; i++) await store.put(`k${i}`, [Buffer.alloc(100)]);
    files.failNext("remove", "EIO");
    await store.delete(["k0", "k1"]);
    await store.list("");
    expect(logged).toEqual(["an empty pack file cannot be removed; the next start tries again"]);
    expect((await packs(files)).includes("00000001.pack")).toBe(true);
    await store.close();
    await open();
    expect((await packs(files)).includes("00000001.pack")).toBe(false);
  });

  it("are unlinked too when the index did not know yet that they were full", async () => {
    const { store, files, index, clock, reopened } = await aStore({ packBytesMax: 250 });
    await store.put("k0", [Buffer.alloc(100)]);
    await store.put("k1", [Buffer.alloc(100)]);
    await clock.advance(1000);
    await store.put("k2", [Buffer.alloc(100)]);
    const killed = { files: files.kill(), index: index.kill() };
    const again = await reopened(killed);
    await again.delete(["k0", "k1"]);
    await again.list("");
    expect(await packs(killed.files)).toEqual(["00000002.pack"]);
  });

  it("keep the newest file, full and empty as it may be: no number is used twice", async () => {
    const { store, files, index, reopened } = await aStore({ packBytesMax: 250 });
    await store.put("k0", [Buffer.alloc(100)]);
    await store.delete(["k0"]);
    await store.close();
    // A new pack was begun and never finished: the one before it is full from now on.
    await files.create("/packs/00000002.pack");
    const again = await reopened({ files, index });
    await again.list("");
    expect(await packs(files)).toEqual(["00000001.pack"]);
    await again.put("k1", body("x"));
    await again.list("");
    expect(await packs(files)).toEqual(["00000003.pack"]);
  });

  it("are not opened at a start when the index knows them", async () => {
    const { store, files, index, reopened } = await aStore({ packBytesMax: 250 });
    for (let i = 0; i < 8; i++) await store.put(`k${i}`, [Buffer.alloc(100)]);
    await store.close();
    const before = { ...files.done };
    await reopened({ files, index });
    expect(files.done.open - before.open).toBe(1);
  });

  it("that could not be opened are tried again by the next read", async () => {
    const { store, files, index, reopened } = await aStore({ packBytesMax: 250 });
    for (let i = 0; i < 4; i++) await store.put(`k${i}`, [Buffer.alloc(100)]);
    await store.close();
    const again = await reopened({ files, index });
    files.failNext("open", "EMFILE");
    await expect(again.get("k0")).rejects.toThrow(StoreUnavailable);
    expect((await again.get("k0")).kind).toBe("found");
  });

  it("are open only so many at once, the newest always", async () => {
    const { store, files, keysFound } = await aStore({ packBytesMax: 100 });
    const keys = Array.from({ length: 80 }, (_, i) => `k${i}`);
    for (const key of keys) await store.put(key, [Buffer.alloc(100)]);
    await store.put("begins the newest", body("x"));
    const before = { ...files.done };
    expect(await keysFound(keys)).toEqual(keys);
    expect(await keysFound(keys)).toEqual(keys);
    expect(files.done.open).toBeGreaterThan(before.open);
    await store.put("after", body("x"));
    expect(await keysFound(["after"])).toEqual(["after"]);
  });

  it("take an object larger than a pack", async () => {
    const { store } = await aStore({ packBytesMax: 250 });
    await store.put("large", [Buffer.alloc(5000, 7)]);
    await store.put("next", body("x"));
    expect((await bytesOf(store, "large")).length).toBe(5000);
  });

  it("tell a reader that an object was deleted under it", async () => {
    const { store, files, clock } = await aStore({ packBytesMax: 250 });
    for (let i = 0; i < 4; i++) await store.put(`k${i}`, [Buffer.alloc(100)]);
    const release = files.hold("read");
    const reading = store.get("k0");
    await store.delete(["k0", "k1"]);
    await clock.advance(1000);
    files.failNext("read", "EBADF");
    release();
    expect(await reading).toEqual({ kind: "missing" });
  });
});

describe("the index of objects", () => {
  it("is told after a while, so that a restart reads little again", async () => {
    const { store, index, clock } = await aStore();
    await store.put("a", body("a"));
    expect(index.find("a")).toBeUndefined();
    await clock.advance(500);
    expect(index.find("a")).toBeDefined();
  });

  it("is told at once when much waits", async () => {
    const { store, index } = await aStore();
    await Promise.all(Array.from({ length: 600 }, (_, i) => store.put(`k${i}`, body("x"))));
    await settle();
    expect(index.find("k0")).toBeDefined();
  });

  it("is told at once when many bytes wait", async () => {
    const { store, index } = await aStore();
    await store.put("large", [Buffer.alloc(33 * 1024 * 1024)]);
    await settle();
    expect(index.find("large")).toBeDefined();
  });

  it("is told again what it could not take", async () => {
    const { store, index, clock, logged } = await aStore();
    await store.put("a", body("a"));
    index.failNext = true;
    await clock.advance(500);
    expect(logged).toEqual(["the index of objects cannot be written; a restart reads the packs instead"]);
    expect((await store.get("a")).kind).toBe("found");
    await clock.advance(500);
    expect(index.find("a")).toBeDefined();
    expect(index.packs).toEqual([
      { number: 1, indexedTo: expect.any(Number), sealed: false, dropped: false },
    ]);
  });

  it("is not told of changes that came while it failed in the wrong order", async () => {
    const { store, index, clock } = await aStore();
    await store.put("a", body("one"));
    index.failNext = true;
    const release = index.hold();
    await clock.advance(500);
    await store.delete(["a"]);
    expect(await store.get("a")).toEqual({ kind: "missing" });
    release();
    await settle();
    await clock.advance(500);
    expect(index.find("a")).toBeUndefined();
    expect(await store.get("a")).toEqual({ kind: "missing" });
  });
});

async function bytesOf(store: LocalObjectStore, key: string): Promise<Uint8Array> {
  const result = await store.get(key);
  if (result.kind === "missing") throw new Error(`${key} is missing`);
  return result.bytes;
}
