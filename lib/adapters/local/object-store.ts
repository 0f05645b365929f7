/**
 * Objects in append-only pack files. An object is a record of a pack (pack-record.ts), durable before it is
 * acknowledged (pack-writer.ts); where it lies is kept by the catalog; a deletion is a record too. A pack that holds
 * no object any more is unlinked, after the index that knows of its deletions is durable.
 *
 * The index is derived: without it every pack is read again. Objects deleted by a record of a pack that is gone would
 * then be back, unreferenced, until the next sweep.
 */
import { join } from "node:path";
import { encodings } from "../../format/levels/index.ts";
import {
  type ByteRange,
  type Clock,
  type Codecs,
  checkObjectKey,
  checkObjectKeys,
  clampRange,
  type GetResult,
  type ListResult,
  listLimit,
  type ObjectStore,
  type PutResult,
  StoreCorrupt,
  StoreUnavailable,
  type Telemetry,
} from "../../ports/index.ts";
import { messageOf } from "../../std/index.ts";
import { DataDirNewer } from "./errors.ts";
import { errorCode, type FileLayer } from "./file-layer.ts";
import { ObjectCatalog } from "./object-catalog.ts";
import type { IndexedPack, Location, ObjectIndex } from "./object-index.ts";
import { PackFiles } from "./pack-files.ts";
import { encodeDeletion, packFileName, packHeadBytes, packNumberOf } from "./pack-record.ts";
import { readPackVersion, type Scan, scanPack } from "./pack-recovery.ts";
import { type OpenPack, PackWriter, type PackWriterOptions } from "./pack-writer.ts";
import { type Reclaimed, type ReclaimLimits, Repacker } from "./repacker.ts";

export type LocalObjectStoreDeps = {
  readonly files: FileLayer;
  readonly index: ObjectIndex;
  readonly clock: Clock;
  readonly crc32c: Codecs["crc32c"];
  readonly telemetry: Telemetry;
};
export type LocalObjectStoreOptions = PackWriterOptions & { readonly directory: string };

/** An object moves when its pack is emptied: more often than this during one read is no accident. */
const movesMax = 3;

export class LocalObjectStore implements ObjectStore {
  readonly #deps: LocalObjectStoreDeps;
  readonly #directory: string;
  readonly #files: PackFiles;
  readonly #catalog: ObjectCatalog;
  readonly #writer: PackWriter;
  readonly #repacker: Repacker;
  /** Keys of deletions under way. */
  readonly #deleting = new Set<string>();
  /** Puts under way, by key: settles when the put has, whatever came of it. */
  readonly #putting = new Map<string, Promise<unknown>>();

  /** Opens the packs of a directory that nobody else uses, after reading what the index does not know. */
  static async open(deps: LocalObjectStoreDeps, options: LocalObjectStoreOptions): Promise<LocalObjectStore> {
    const found = await recover(deps, options.directory);
    const store = new LocalObjectStore(deps, options, found);
    for (const { pack, scan, sealed } of found.scans) store.#tell(pack, scan, sealed);
    if (found.dropped.length > 0) await store.#unlink(found.dropped);
    return store;
  }

  private constructor(deps: LocalObjectStoreDeps, options: LocalObjectStoreOptions, found: Recovered) {
    this.#deps = deps;
    this.#directory = options.directory;
    this.#files = new PackFiles(deps, options);
    this.#catalog = new ObjectCatalog({ ...deps, emptied: packs => this.#drop(packs) });
    if (found.newest) this.#files.adopt(found.newest.number, found.newest.file);
    this.#writer = new PackWriter(
      {
        ...deps,
        opened: pack => this.#files.adopt(pack.number, pack.file),
        sealed: pack => this.#catalog.advance(pack.number, { indexedTo: pack.end, sealed: true }),
      },
      { ...options, pack: found.newest, nextNumber: found.nextNumber },
    );
    this.#repacker = new Repacker({
      ...deps,
      catalog: this.#catalog,
      writer: this.#writer,
      files: this.#files,
      isDeleting: key => this.#deleting.has(key),
    });
  }

  async put(key: string, parts: readonly Uint8Array[]): Promise<PutResult> {
    checkObjectKey(key);
    // Whether another's object is there is not known before it is durable.
    for (let other = this.#putting.get(key); other; other = this.#putting.get(key)) await other;
    if (this.#catalog.find(key)) return { kind: "exists", storeTimeMs: this.#deps.clock.now() };
    const put = this.#append(key, parts);
    const settled = put.then(
      () => undefined,
      () => undefined,
    );
    this.#putting.set(key, settled);
    try {
      await put;
    } finally {
      this.#putting.delete(key);
    }
    return { kind: "stored", storeTimeMs: this.#deps.clock.now() };
  }

  async get(key: string, range?: ByteRange): Promise<GetResult> {
    checkObjectKey(key);
    const location = this.#catalog.find(key);
    const { start, end } = clampRange(range, location?.sizeBytes ?? 0);
    if (!location) return { kind: "missing" };
    const bytes = await this.#readWhereItIs(key, location, start, end - start);
    if (!bytes) return { kind: "missing" };
    const whole = bytes.length === location.sizeBytes;
    if (bytes.length < end - start || (whole && this.#deps.crc32c(bytes) !== location.crc))
      throw new StoreCorrupt(
        `${key} is damaged: ${packFileName(location.pack)}, ${location.sizeBytes} bytes at ${location.position}`,
      );
    return { kind: "found", bytes };
  }

  async delete(keys: readonly string[]): Promise<void> {
    checkObjectKeys(keys);
    const there = [...new Set(keys)].filter(key => this.#catalog.find(key));
    if (there.length === 0) return;
    for (const key of there) this.#deleting.add(key);
    try {
      await this.#appendDeletion(there);
    } finally {
      for (const key of there) this.#deleting.delete(key);
    }
  }

  async #appendDeletion(there: readonly string[]): Promise<void> {
    await this.#writer.append({
      type: "deletion",
      key: "",
      timeMs: this.#deps.clock.now(),
      parts: [encodeDeletion(there)],
      durable: ({ body, end }) => {
        for (const key of there) this.#catalog.set(key, undefined);
        this.#catalog.advance(body.pack, { indexedTo: end, sealed: false });
      },
    });
  }

  async list(
    prefix: string,
    options: { readonly after?: string; readonly limit?: number } = {},
  ): Promise<ListResult> {
    const limit = listLimit(options.limit);
    const storeTimeMs = this.#deps.clock.now();
    const found = await this.#catalog.list(prefix, options.after, limit + 1);
    const objects = found.slice(0, limit).map(({ key, location }) => ({
      key,
      sizeBytes: location.sizeBytes,
      modifiedMs: location.timeMs,
    }));
    const last = objects.at(-1);
    return last && found.length > limit ? { objects, next: last.key, storeTimeMs } : { objects, storeTimeMs };
  }

  /** Gives back the space of packs that are partly dead. Throws StoreFull and what else an append throws. */
  reclaim(limits: ReclaimLimits): Promise<Reclaimed> {
    return this.#repacker.reclaim(limits);
  }

  /** Waits for what is under way, brings the index up to date and lets the files go. No call may follow. */
  async close(): Promise<void> {
    await this.#writer.idle();
    await this.#catalog.close();
    await this.#files.close();
  }

  #append(key: string, parts: readonly Uint8Array[]): Promise<void> {
    const timeMs = this.#deps.clock.now();
    return this.#writer.append({
      type: "object",
      key,
      timeMs,
      parts,
      durable: ({ body, bodyBytes, bodyCrc, end }) => {
        this.#catalog.set(key, { ...body, sizeBytes: bodyBytes, crc: bodyCrc, timeMs });
        this.#catalog.advance(body.pack, { indexedTo: end, sealed: false });
      },
    });
  }

  /**
   * A pack may be unlinked between the look for a place and the read there: the object has another place then, or is deleted.
   * Undefined: deleted.
   */
  async #readWhereItIs(
    key: string,
    location: Location,
    start: number,
    length: number,
  ): Promise<Uint8Array | undefined> {
    let place = location;
    for (let moves = 0; ; moves++) {
      try {
        return await this.#read(place, start, length);
      } catch (error) {
        const now = this.#catalog.find(key);
        if (!now) return undefined;
        if (now.pack === place.pack || moves === movesMax)
          throw new StoreUnavailable(`${key} cannot be read: ${messageOf(error)}`);
        place = now;
      }
    }
  }

  async #read(location: Location, start: number, length: number): Promise<Uint8Array> {
    const file = await this.#files.file(location.pack);
    return file.read(location.position + start, length);
  }

  /** Tells the catalog what a scan found. */
  #tell(pack: number, { records, end }: Scan, sealed: boolean): void {
    for (const { head, body, deleted } of records) {
      for (const key of deleted) this.#catalog.set(key, undefined);
      if (head.type === "deletion") continue;
      const { key, bodyBytes: sizeBytes, bodyCrc: crc, timeMs } = head;
      this.#catalog.set(key, { ...body, sizeBytes, crc, timeMs });
    }
    this.#catalog.advance(pack, { indexedTo: end, sealed });
  }

  /** Gives back the space of packs without objects. What fails is tried again at the next start. */
  async #drop(empty: readonly number[]): Promise<void> {
    // The newest file stays, because the next pack is numbered after it: no number is ever used twice.
    const newest = this.#writer.newest?.number ?? 0;
    const packs = empty.filter(number => number < newest);
    if (packs.length === 0) return;
    try {
      await this.#deps.index.drop(packs);
      await this.#unlink(packs);
    } catch (error) {
      this.#deps.telemetry.log("warn", "an empty pack file cannot be removed; the next start tries again", {
        packs: packs.map(packFileName).join(", "),
        reason: messageOf(error),
      });
    }
  }

  async #unlink(packs: readonly number[]): Promise<void> {
    for (const number of packs)
      await this.#files.remove(number).catch((error: unknown) => {
        if (errorCode(error) !== "ENOENT") throw error;
      });
    await this.#deps.files.syncDirectory(this.#directory);
    await this.#deps.index.forget(packs);
  }
}

type Recovered = {
  readonly newest: OpenPack | undefined;
  readonly nextNumber: number;
  readonly scans: readonly { readonly pack: number; readonly scan: Scan; readonly sealed: boolean }[];
  /** Marked as dropped, but not forgotten: the files may still be there. */
  readonly dropped: readonly number[];
};

async function recover(deps: LocalObjectStoreDeps, directory: string): Promise<Recovered> {
  const names = await deps.files.list(directory);
  const present = names.flatMap(name => packNumberOf(name) ?? []).sort((a, b) => a - b);
  const known = new Map(deps.index.packs.map(pack => [pack.number, pack]));
  for (const { number, dropped } of known.values())
    if (!dropped && !present.includes(number))
      throw new StoreCorrupt(`${packFileName(number)} is missing from ${directory}`);
  let newest: OpenPack | undefined;
  const scans: Recovered["scans"][number][] = [];
  for (const number of present) {
    const indexed = known.get(number);
    if (indexed?.sealed) continue;
    const isNewest = number === present.at(-1);
    const opened = await openPack(deps, directory, number, indexed, isNewest);
    if (!opened) continue;
    if (!indexed || !isNewest || opened.scan.end > indexed.indexedTo)
      scans.push({ pack: number, scan: opened.scan, sealed: !isNewest });
    if (isNewest) newest = { number, file: opened.file, end: opened.scan.end };
    else await opened.file.close();
  }
  return {
    newest,
    nextNumber: (present.at(-1) ?? 0) + 1,
    scans,
    dropped: [...known.values()].filter(pack => pack.dropped).map(pack => pack.number),
  };
}

/** Reads what the index does not know of a pack, and cuts off the torn end of the newest one. */
async function openPack(
  { files, crc32c }: LocalObjectStoreDeps,
  directory: string,
  number: number,
  indexed: IndexedPack | undefined,
  isNewest: boolean,
) {
  const path = join(directory, packFileName(number));
  const file = await files.open(path);
  try {
    const version = await readPackVersion(file, number, crc32c);
    if (version === undefined && (await file.size()) <= packHeadBytes) {
      // Records follow only once the beginning is durable: nothing was ever in it.
      await file.close();
      await files.remove(path);
      return undefined;
    }
    if (version === undefined) throw new StoreCorrupt(`${path} does not begin as a pack file`);
    if (version > encodings.pack.read)
      throw new DataDirNewer(
        `${path} has version ${version}, this program knows up to ${encodings.pack.read}: use the version that wrote it, or a later one`,
      );
    const from = indexed?.indexedTo ?? packHeadBytes;
    const scan = await scanPack(file, number, from, isNewest, crc32c);
    if (isNewest && scan.end < (await file.size())) await file.truncate(scan.end);
    if (isNewest && (!indexed || scan.records.length > 0)) {
      // The last process may have ended before it synced what is read here: it must not be shown before it is.
      await file.sync();
      await files.syncDirectory(directory);
    }
    return { file, scan };
  } catch (error) {
    await file.close();
    throw error;
  }
}
