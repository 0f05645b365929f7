/** A data directory that a newer release has written: refused by name, in each of its parts, without a changed byte. */
import { createHash } from "node:crypto";
import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { DataDirNewer, openLocal } from "../../../lib/adapters/local/index.ts";
import { encodePackHead, encodeRecordHead } from "../../../lib/adapters/local/pack-record.ts";
import { SystemClock, systemCodecs } from "../../../lib/adapters/system/index.ts";
import { encodings } from "../../../lib/format/levels/index.ts";
import { silentTelemetry } from "../../../lib/ports/index.ts";
import { temporaryDirectories } from "../../support/temporary-directory.ts";

const newDirectory = temporaryDirectories();
const { crc32c } = systemCodecs;
const open = (dataDir: string) =>
  openLocal({ dataDir, clock: new SystemClock(), crc32c, telemetry: silentTelemetry });

/** A directory with an item and an object, closed. */
async function aDirectory(): Promise<string> {
  const dataDir = await newDirectory();
  const stores = await open(dataDir);
  await stores.items.put({ pk: "p", sk: "s", attributes: { n: 1 } });
  await stores.objects.put("o", [Buffer.from("object")]);
  await stores.close();
  return dataDir;
}

/** Every file, with a digest of its bytes. */
async function bytesIn(dataDir: string): Promise<ReadonlyMap<string, string>> {
  const bytes = new Map<string, string>();
  for (const entry of await readdir(dataDir, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      bytes.set(
        path,
        createHash("sha256")
          .update(await readFile(path))
          .digest("hex"),
      );
    }
  return bytes;
}

function raiseUserVersion(path: string, version: number): void {
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA user_version = ${version}`);
  database.close();
}

/** The pack of a directory, its only one. */
const packOf = (dataDir: string): string => join(dataDir, "packs", "00000001.pack");

/** The head of the pack with another version, and a checksum that is right for it. */
async function raisePack(dataDir: string, version: number): Promise<void> {
  const bytes = await readFile(packOf(dataDir));
  const head = encodePackHead(1, crc32c);
  head[8] = version;
  new DataView(head.buffer, head.byteOffset).setUint32(head.length - 4, crc32c(head.subarray(0, -4)));
  bytes.set(head);
  await writeFile(packOf(dataDir), bytes);
}

type Part = "dataDirectory" | "itemTable" | "objectTable" | "pack";

/** Raises the version of a part, as the release that wrote it would have. */
const raise: Readonly<Record<Part, (dataDir: string, version: number) => unknown>> = {
  dataDirectory: (dataDir, version) =>
    writeFile(join(dataDir, "format"), `cumulog data directory, format ${version}\n`),
  itemTable: (dataDir, version) => raiseUserVersion(join(dataDir, "items.db"), version),
  objectTable: (dataDir, version) => raiseUserVersion(join(dataDir, "objects.db"), version),
  pack: raisePack,
};
const parts = Object.keys(raise) as Part[];

describe.each(parts)("a data directory whose part is newer (%s)", part => {
  it.each([1, 2])("is refused with both versions and left as it is (%i ahead)", async ahead => {
    const dataDir = await aDirectory();
    const version = encodings[part].read + ahead;
    await raise[part](dataDir, version);
    const before = await bytesIn(dataDir);
    const opening = open(dataDir);
    await expect(opening).rejects.toThrow(DataDirNewer);
    await expect(opening).rejects.toThrow(
      new RegExp(
        `\\b${version}, this (version|program) knows up to ${encodings[part].read}: use the version that wrote it`,
      ),
    );
    await expect(opening).rejects.toThrow(dataDir);
    expect(await bytesIn(dataDir)).toEqual(before);
  });

  it("is opened in the versions that are written", async () => {
    const dataDir = await aDirectory();
    await raise[part](dataDir, encodings[part].written);
    const stores = await open(dataDir);
    expect(await stores.items.get({ pk: "p", sk: "s" }, { consistent: true })).toEqual({ n: 1 });
    expect((await stores.objects.get("o")).kind).toBe("found");
    await stores.close();
  });
});

describe("a directory without a version in its items", () => {
  it("is of the first one, and is given it", async () => {
    const dataDir = await aDirectory();
    raiseUserVersion(join(dataDir, "items.db"), 0);
    const stores = await open(dataDir);
    expect(await stores.items.get({ pk: "p", sk: "s" }, { consistent: true })).toEqual({ n: 1 });
    await stores.close();
    const database = new DatabaseSync(join(dataDir, "items.db"), { readOnly: true });
    expect(database.prepare("PRAGMA user_version").get()).toEqual({ user_version: 1 });
    database.close();
  });
});

describe("an item of a newer release", () => {
  it.each([1, 2])("is refused by its key, its neighbours are served (%i ahead)", async ahead => {
    const dataDir = await aDirectory();
    const version = encodings.itemImage.read + ahead;
    const database = new DatabaseSync(join(dataDir, "items.db"));
    const image = Buffer.of(version, 7, 7, 7);
    database.prepare("INSERT INTO items VALUES ('p', 'newer', ?)").run(image);
    database.close();
    const stores = await open(dataDir);
    const key = { pk: "p", sk: "newer" };
    const refusal = {
      name: "FormatNewer",
      message: expect.stringContaining(`item p/newer: ${encodings.itemImage.what} has version ${version}`),
    };
    await expect(stores.items.get(key, { consistent: true })).rejects.toMatchObject(refusal);
    await expect(stores.items.update(key, { set: { n: 2 } })).rejects.toMatchObject(refusal);
    await expect(stores.items.delete(key, [{ kind: "exists", name: "n" }])).rejects.toMatchObject(refusal);
    expect(await stores.items.get({ pk: "p", sk: "s" }, { consistent: true })).toEqual({ n: 1 });
    await stores.close();
    const after = new DatabaseSync(join(dataDir, "items.db"), { readOnly: true });
    expect(after.prepare("SELECT image FROM items WHERE sk = 'newer'").get()).toEqual({
      image: new Uint8Array(image),
    });
    after.close();
  });
});

describe("a record of a kind that is not known", () => {
  it("is no torn end: the pack is refused, not cut", async () => {
    const dataDir = await aDirectory();
    const bytes = await readFile(packOf(dataDir));
    const body = Buffer.from("of tomorrow");
    const place = { pack: 1, position: bytes.length };
    const head = {
      type: "object",
      key: "k",
      timeMs: 1,
      bodyBytes: body.length,
      bodyCrc: crc32c(body),
    } as const;
    const record = encodeRecordHead(head, place, crc32c);
    record[0] = 3;
    const where = new DataView(new ArrayBuffer(12));
    where.setUint32(0, 1);
    where.setBigInt64(4, BigInt(bytes.length));
    const crc = crc32c(record.subarray(0, -4), crc32c(new Uint8Array(where.buffer)));
    new DataView(record.buffer, record.byteOffset).setUint32(record.length - 4, crc);
    await writeFile(packOf(dataDir), Buffer.concat([bytes, record, body]));
    const copy = join(await newDirectory(), "copy");
    await cp(dataDir, copy, { recursive: true });
    const before = await bytesIn(copy);
    await expect(open(copy)).rejects.toThrow(DataDirNewer);
    await expect(open(copy)).rejects.toThrow(
      `00000001.pack holds a record at ${bytes.length} of a kind that a newer version wrote`,
    );
    expect(await bytesIn(copy)).toEqual(before);
  });
});
