/** Opening a data directory: what it refuses, what it recovers, who may have it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import {
  DataDirInvalid,
  DataDirLocked,
  DataDirNewer,
  DataDirReadOnly,
  type FileLayer,
  type OpenLocalOptions,
  openLocal,
  systemFiles,
} from "../../../lib/adapters/local/index.ts";
import { SystemClock, systemCodecs } from "../../../lib/adapters/system/index.ts";
import { type ObjectStore, StoreCorrupt, StoreFull, silentTelemetry } from "../../../lib/ports/index.ts";
import { temporaryDirectories } from "../../support/temporary-directory.ts";

const newDirectory = temporaryDirectories();
const open = (dataDir: string, options: Partial<OpenLocalOptions> = {}) =>
  openLocal({
    dataDir,
    clock: new SystemClock(),
    crc32c: systemCodecs.crc32c,
    telemetry: silentTelemetry,
    ...options,
  });
const strongly = { consistent: true };
const key = { pk: "p", sk: "s" };
const textOf = async (objects: ObjectStore, name: string): Promise<string | undefined> => {
  const result = await objects.get(name);
  return result.kind === "found" ? Buffer.from(result.bytes).toString() : undefined;
};
/** A directory with an item and a few objects in small packs, closed. */
const aDirectory = async (): Promise<string> => {
  const dataDir = await newDirectory();
  const stores = await open(dataDir, { packBytesMax: 100 });
  await stores.items.put({ ...key, attributes: { n: 1 } });
  for (const name of ["a", "b", "c", "d"]) await stores.objects.put(name, [Buffer.from(name.repeat(60))]);
  await stores.objects.delete(["b"]);
  await stores.close();
  return dataDir;
};
const expectAll = async (dataDir: string): Promise<void> => {
  const stores = await open(dataDir, { packBytesMax: 100 });
  expect(await stores.items.get(key, strongly)).toEqual({ n: 1 });
  expect((await stores.objects.list("")).objects.map(object => object.key)).toEqual(["a", "c", "d"]);
  for (const name of ["a", "c", "d"]) expect(await textOf(stores.objects, name)).toBe(name.repeat(60));
  await stores.close();
};
const packsIn = async (dataDir: string): Promise<string[]> => (await readdir(join(dataDir, "packs"))).sort();

describe("a data directory", () => {
  it("is made with those above it, and holds what was put after a restart", async () => {
    const dataDir = join(await newDirectory(), "deep", "down");
    const stores = await open(dataDir);
    await stores.items.put({ ...key, attributes: { n: 1 } });
    await stores.objects.put("o", [Buffer.from("object")]);
    await stores.close();
    expect(await readFile(join(dataDir, "format"), "utf8")).toBe("cumulog data directory, format 1\n");
    const again = await open(dataDir);
    expect(await again.items.get(key, strongly)).toEqual({ n: 1 });
    expect(await textOf(again.objects, "o")).toBe("object");
    await again.close();
  });

  it("may be named from where the process stands", async () => {
    const dataDir = join(relative(process.cwd(), await newDirectory()), "deep", "down");
    await (await open(dataDir)).close();
    expect(await readdir(dataDir)).toContain("items.db");
  });

  it("may be new but for what mkfs leaves behind", async () => {
    const dataDir = await newDirectory();
    await mkdir(join(dataDir, "lost+found"));
    await (await open(dataDir)).close();
    expect(await readdir(dataDir)).toContain("format");
  });

  it("is begun again when the first start lost its power", async () => {
    const dataDir = await newDirectory();
    await writeFile(join(dataDir, "format"), "");
    await (await open(dataDir)).close();
    expect(await readFile(join(dataDir, "format"), "utf8")).toBe("cumulog data directory, format 1\n");
  });

  it("is refused when it holds something else, and left as it is", async () => {
    const dataDir = await newDirectory();
    await writeFile(join(dataDir, "thesis.txt"), "dear");
    const opening = open(dataDir);
    await expect(opening).rejects.toThrow(DataDirInvalid);
    await expect(opening).rejects.toThrow(
      `${dataDir} is not empty and is no data directory (it holds thesis.txt)`,
    );
    expect(await readdir(dataDir)).toEqual(["thesis.txt"]);
  });

  it("is refused when its format is someone else's", async () => {
    const dataDir = await newDirectory();
    await writeFile(join(dataDir, "format"), "ext4");
    await expect(open(dataDir)).rejects.toThrow(DataDirInvalid);
  });

  it("is refused when it is a file, or under one", async () => {
    const file = join(await newDirectory(), "file");
    await writeFile(file, "x");
    await expect(open(file)).rejects.toThrow(DataDirInvalid);
    await expect(open(join(file, "below"))).rejects.toThrow(DataDirInvalid);
  });

  it("of a later format is refused with both numbers", async () => {
    const dataDir = await newDirectory();
    await writeFile(join(dataDir, "format"), "cumulog data directory, format 12\n");
    const opening = open(dataDir);
    await expect(opening).rejects.toThrow(DataDirNewer);
    await expect(opening).rejects.toThrow(`${dataDir} has format 12, this version knows up to 1`);
    expect(await readdir(dataDir)).toEqual(["format"]);
  });

  it.each(["EROFS", "EACCES", "EPERM"])("that cannot be written (%s) is refused by name", async code => {
    const dataDir = await aDirectory();
    const files: FileLayer = {
      ...systemFiles,
      checkWritable: async () => {
        throw Object.assign(new Error(code), { code });
      },
    };
    const opening = open(dataDir, { files });
    await expect(opening).rejects.toThrow(DataDirReadOnly);
    await expect(opening).rejects.toThrow(`${dataDir} cannot be written (${code})`);
    await expectAll(dataDir);
  });

  it("on a full disk is refused by name", async () => {
    const dataDir = await newDirectory();
    const files: FileLayer = {
      ...systemFiles,
      create: async () => {
        throw Object.assign(new Error("full"), { code: "ENOSPC" });
      },
    };
    await expect(open(dataDir, { files })).rejects.toThrow(StoreFull);
  });
});

describe("the lock", () => {
  it("is one per directory, also within a process", async () => {
    const dataDir = await newDirectory();
    const first = await open(dataDir);
    const opening = open(dataDir);
    await expect(opening).rejects.toThrow(DataDirLocked);
    await expect(opening).rejects.toThrow(dataDir);
    await first.items.put({ ...key, attributes: {} });
    await first.close();
    await (await open(dataDir)).close();
  });

  it("is held by another process until it is killed, and what it acknowledged is there", async () => {
    const dataDir = await newDirectory();
    const child = spawn(process.execPath, [new URL("child.ts", import.meta.url).pathname, dataDir], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const acknowledged: string[] = [];
    let refusal: unknown;
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged.push(line);
      if (acknowledged.length === 20) {
        refusal = await open(dataDir).catch((error: unknown) => error);
        child.kill("SIGKILL");
      }
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    expect(refusal).toBeInstanceOf(DataDirLocked);
    const stores = await open(dataDir);
    for (const name of acknowledged) expect(await textOf(stores.objects, name)).toBe(`body of ${name}`);
    expect(Number((await stores.items.get(key, strongly))?.["n"])).toBeGreaterThanOrEqual(
      acknowledged.length,
    );
    await stores.close();
  });
});

describe("a start", () => {
  it("makes the index of objects anew when it is gone", async () => {
    const dataDir = await aDirectory();
    for (const name of await readdir(dataDir))
      if (name.startsWith("objects.db")) await rm(join(dataDir, name));
    await expectAll(dataDir);
    await expectAll(dataDir);
  });

  it.each([
    ["is garbage", (path: string) => writeFile(path, "garbage".repeat(1000))],
    ["is cut", (path: string) => truncate(path, 5000)],
    ["is empty", (path: string) => truncate(path, 0)],
  ])("makes the index of objects anew when it %s", async (_what, spoil) => {
    const dataDir = await aDirectory();
    await spoil(join(dataDir, "objects.db"));
    await expectAll(dataDir);
  });

  it("makes the index of objects anew when it is of an older layout", async () => {
    const dataDir = await aDirectory();
    const database = new DatabaseSync(join(dataDir, "objects.db"));
    database.exec("DELETE FROM objects; PRAGMA user_version = 0");
    database.close();
    await expectAll(dataDir);
  });

  it("forgets packs that hold nothing any more, and gives back their space", async () => {
    const dataDir = await aDirectory();
    const stores = await open(dataDir, { packBytesMax: 100 });
    await stores.objects.delete(["a", "c"]);
    await stores.objects.list("");
    await stores.close();
    const database = new DatabaseSync(join(dataDir, "objects.db"), { readOnly: true });
    const known = database.prepare("SELECT number FROM packs ORDER BY number").all();
    database.close();
    const present = await packsIn(dataDir);
    expect(known.map(row => `${String(row["number"]).padStart(8, "0")}.pack`)).toEqual(present);
    // One with the last object, one with the last deletion.
    expect(present.length).toBe(2);
  });

  it("syncs the directory when its databases are new", async () => {
    const dataDir = await aDirectory();
    await rm(join(dataDir, "objects.db"));
    const synced: string[] = [];
    const files: FileLayer = {
      ...systemFiles,
      syncDirectory: path => {
        synced.push(path);
        return systemFiles.syncDirectory(path);
      },
    };
    await (await open(dataDir, { files })).close();
    expect(synced).toContain(dataDir);
    synced.length = 0;
    await (await open(dataDir, { files })).close();
    expect(synced).toEqual([]);
  });

  it("from a copy made while it ran finds all that was acknowledged", async () => {
    const dataDir = await newDirectory();
    const stores = await open(dataDir, { packBytesMax: 100 });
    await stores.items.put({ ...key, attributes: { n: 1 } });
    for (const name of ["a", "b", "c", "d"]) await stores.objects.put(name, [Buffer.from(name.repeat(60))]);
    await stores.objects.delete(["b"]);
    // Much as a killed process leaves it: nothing was closed.
    const copy = join(await newDirectory(), "copy");
    await cp(dataDir, copy, { recursive: true });
    await stores.close();
    await expectAll(copy);
  });

  it("cuts off a torn end, and goes on there", async () => {
    const dataDir = await aDirectory();
    const last = join(dataDir, "packs", (await packsIn(dataDir)).at(-1) ?? "");
    const whole = await readFile(last);
    await writeFile(last, Buffer.concat([whole, Buffer.from([1, 0, 5, 0, 0])]));
    await expectAll(dataDir);
    expect(await readFile(last)).toEqual(whole);
    const stores = await open(dataDir);
    await stores.objects.put("e", [Buffer.from("next")]);
    await stores.close();
    const again = await open(dataDir);
    expect(await textOf(again.objects, "e")).toBe("next");
    await again.close();
  });

  it("takes away a pack file that was never finished", async () => {
    const dataDir = await aDirectory();
    await writeFile(join(dataDir, "packs", "00000099.pack"), "CUMUL");
    await expectAll(dataDir);
    expect(await packsIn(dataDir)).not.toContain("00000099.pack");
  });

  it("leaves files alone that are none of ours", async () => {
    const dataDir = await aDirectory();
    await writeFile(join(dataDir, "packs", "notes.txt"), "mine");
    await expectAll(dataDir);
    expect(await packsIn(dataDir)).toContain("notes.txt");
  });

  it("is refused while a pack is missing", async () => {
    const dataDir = await aDirectory();
    const [first] = await packsIn(dataDir);
    const path = join(dataDir, "packs", first ?? "");
    const whole = await readFile(path);
    await rm(path);
    const opening = open(dataDir);
    await expect(opening).rejects.toThrow(StoreCorrupt);
    await expect(opening).rejects.toThrow(`${first} is missing`);
    // The refusal has freed the directory.
    await writeFile(path, whole);
    await expectAll(dataDir);
  });

  it("is refused when the newest pack lost what was synced", async () => {
    const dataDir = await aDirectory();
    const last = join(dataDir, "packs", (await packsIn(dataDir)).at(-1) ?? "");
    await truncate(last, 20);
    await expect(open(dataDir)).rejects.toThrow(StoreCorrupt);
  });

  it("is refused when a pack does not begin as one", async () => {
    const dataDir = await aDirectory();
    await writeFile(join(dataDir, "packs", "00000099.pack"), "x".repeat(100));
    await expect(open(dataDir)).rejects.toThrow(StoreCorrupt);
  });

  it("is refused when the items are damaged, and frees the directory", async () => {
    const dataDir = await aDirectory();
    const items = join(dataDir, "items.db");
    const whole = await readFile(items);
    await writeFile(items, "garbage".repeat(1000));
    await expect(open(dataDir)).rejects.toThrow(StoreCorrupt);
    await writeFile(items, whole);
    await expectAll(dataDir);
  });
});

describe("a read", () => {
  it("tells damaged bytes of an object, and reads its neighbours", async () => {
    const dataDir = await aDirectory();
    const pack = join(dataDir, "packs", (await packsIn(dataDir))[0] ?? "");
    const bytes = await readFile(pack);
    bytes[bytes.length - 1] = 0;
    await writeFile(pack, bytes);
    const stores = await open(dataDir);
    await expect(stores.objects.get("a")).rejects.toThrow(StoreCorrupt);
    expect(await textOf(stores.objects, "c")).toBe("c".repeat(60));
    await stores.close();
  });
});
