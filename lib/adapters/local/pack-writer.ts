/**
 * Appends records to the newest pack, durably and in groups: all that waits when a write starts is one write, all that
 * is written when a sync starts is made durable by it, and the next group is written meanwhile.
 *
 *   append -> waiting -> [write] -> written -> [fdatasync] -> durable, in the order of append
 *
 * The invariant that recovery rests on: when a record is acknowledged, every byte of the pack before it is durable.
 * A full disk fails one group, whose bytes are cut off again. Any other error of the disk stops all writing for good:
 * after a failed sync the kernel may have thrown the bytes away and call the next sync a success.
 */
import { join } from "node:path";
import {
  type Clock,
  type Codecs,
  OutcomeUnknown,
  StoreFull,
  StoreUnavailable,
  type Telemetry,
} from "../../ports/index.ts";
import { messageOf } from "../../std/index.ts";
import { errorCode, type FileLayer, isFull, type OpenFile } from "./file-layer.ts";
import {
  bodyCrc,
  encodePackHead,
  encodeRecordHead,
  type Place,
  packFileName,
  packHeadBytes,
  type RecordHead,
  recordHeadLength,
} from "./pack-record.ts";
import { Pump } from "./pump.ts";

/** A pack that is being appended to; `end` is where the next record goes. */
export type OpenPack = { readonly number: number; readonly file: OpenFile; end: number };

/** A record to append. `durable` is told where its body lies, in the order of append, before the promise settles. */
export type NewRecord = {
  readonly type: RecordHead["type"];
  readonly key: string;
  readonly timeMs: number;
  readonly parts: readonly Uint8Array[];
  readonly durable: (written: WrittenRecord) => void;
};

/** Where a durable record's body is, and where the record ends. */
export type WrittenRecord = {
  readonly body: Place;
  readonly bodyBytes: number;
  readonly bodyCrc: number;
  readonly end: number;
};

type Waiting = {
  readonly record: NewRecord;
  readonly bodyBytes: number;
  readonly bodyCrc: number;
  readonly length: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};
type Group = {
  readonly pack: OpenPack;
  readonly start: number;
  readonly end: number;
  readonly of: Waiting[];
};

export type PackWriterOptions = {
  /** A pack is closed once it has this much. */
  readonly packBytesMax: number;
};

/** One write has at most this much, so that the first of a burst does not wait for the last. */
const groupBytesMax = 32 * 1024 * 1024;

export class PackWriter {
  readonly #files: FileLayer;
  readonly #crc32c: Codecs["crc32c"];
  readonly #clock: Clock;
  readonly #telemetry: Telemetry;
  readonly #directory: string;
  readonly #packBytesMax: number;
  /** Told of each pack that will not be appended to any more. */
  readonly #sealed: (pack: OpenPack) => void;
  readonly #opened: (pack: OpenPack) => void;

  #pack: OpenPack | undefined;
  #nextNumber: number;
  /** The next record goes into a pack of its own. */
  #isPackDone = false;
  #waiting: Waiting[] = [];
  #written: Group[] = [];
  #failed: string | undefined;
  readonly #writes = new Pump(
    () => this.#waiting.length > 0,
    () => this.#writeGroup(),
  );
  readonly #syncs = new Pump(
    () => this.#written.length > 0,
    () => this.#syncGroups(),
  );

  constructor(
    deps: {
      readonly files: FileLayer;
      readonly crc32c: Codecs["crc32c"];
      readonly clock: Clock;
      readonly telemetry: Telemetry;
      readonly opened: (pack: OpenPack) => void;
      readonly sealed: (pack: OpenPack) => void;
    },
    options: PackWriterOptions & {
      readonly directory: string;
      /** The newest pack, when there is one; packs made are numbered from `nextNumber`. */
      readonly pack: OpenPack | undefined;
      readonly nextNumber: number;
    },
  ) {
    this.#files = deps.files;
    this.#crc32c = deps.crc32c;
    this.#clock = deps.clock;
    this.#telemetry = deps.telemetry;
    this.#opened = deps.opened;
    this.#sealed = deps.sealed;
    this.#directory = options.directory;
    this.#packBytesMax = options.packBytesMax;
    this.#pack = options.pack;
    this.#nextNumber = options.nextNumber;
  }

  /** The pack that is appended to, undefined before the first append. */
  get newest(): OpenPack | undefined {
    return this.#pack;
  }

  /** What is appended from now on goes into a new pack. */
  beginNewPack(): void {
    this.#isPackDone = true;
  }

  /** Durable once settled. Throws StoreFull and StoreUnavailable (not written), OutcomeUnknown (perhaps). */
  append(record: NewRecord): Promise<void> {
    if (this.#failed) return Promise.reject(new StoreUnavailable(this.#failed));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const bodyBytes = record.parts.reduce((sum, part) => sum + part.length, 0);
    const length = recordHeadLength(record.key) + bodyBytes;
    const crc = bodyCrc(record.parts, this.#crc32c);
    this.#waiting.push({ record, bodyBytes, bodyCrc: crc, length, resolve, reject });
    this.#writes.kick();
    return promise;
  }

  /** Settles when nothing is under way any more. */
  async idle(): Promise<void> {
    while (this.#writes.running ?? this.#syncs.running) await (this.#writes.running ?? this.#syncs.running);
  }

  async #writeGroup(): Promise<void> {
    const group = this.#takeGroup();
    const pack = await this.#packWithRoom().catch((error: unknown) => {
      // Nothing of the group was written: there is no pack to write it to.
      if (!isFull(error)) this.#fail(error);
      reject(group, isFull(error) ? full(error) : new StoreUnavailable(this.#failed ?? messageOf(error)));
    });
    if (pack) await this.#write(pack, group);
  }

  #takeGroup(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { length } of this.#waiting) {
      if (count > 0 && bytes + length > groupBytesMax) break;
      bytes += length;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  /** The pack to append to: a new one when there is none, or the old one is large enough. */
  async #packWithRoom(): Promise<OpenPack> {
    if (this.#pack && this.#pack.end < this.#packBytesMax && !this.#isPackDone) return this.#pack;
    while (this.#syncs.running) await this.#syncs.running;
    // The old pack's end may not be on the disk: it must not be called full, nor anything follow it.
    if (this.#failed) throw new StoreUnavailable(this.#failed);
    const number = this.#nextNumber++;
    const path = join(this.#directory, packFileName(number));
    const file = await this.#files.create(path);
    try {
      await file.write([encodePackHead(number, this.#crc32c)], 0);
      await file.sync();
      await this.#files.syncDirectory(this.#directory);
    } catch (error) {
      await file.close();
      await this.#files.remove(path).catch(() => undefined);
      throw error;
    }
    if (this.#pack) this.#sealed(this.#pack);
    this.#isPackDone = false;
    this.#pack = { number, file, end: packHeadBytes };
    this.#opened(this.#pack);
    return this.#pack;
  }

  async #write(pack: OpenPack, of: Waiting[]): Promise<void> {
    const start = pack.end;
    const parts: Uint8Array[] = [];
    let end = start;
    for (const { record, bodyBytes, bodyCrc, length } of of) {
      const place = { pack: pack.number, position: end };
      parts.push(encodeRecordHead({ ...record, bodyBytes, bodyCrc }, place, this.#crc32c));
      for (const part of record.parts) parts.push(part);
      end += length;
    }
    try {
      await pack.file.write(parts, start);
    } catch (error) {
      await this.#undo(pack, start, of, error);
      return;
    }
    // A sync failed meanwhile: one that came after it would prove nothing.
    if (this.#failed) return reject(of, new OutcomeUnknown(this.#failed));
    pack.end = end;
    this.#written.push({ pack, start, end, of });
    this.#syncs.kick();
  }

  /** Cuts off what a failed write may have left, or stops writing when that cannot be. */
  async #undo(pack: OpenPack, start: number, group: readonly Waiting[], error: unknown): Promise<void> {
    const cut = isFull(error) && (await didCut(pack.file, start));
    if (!cut) this.#fail(error);
    reject(group, cut ? full(error) : new OutcomeUnknown(this.#failed ?? messageOf(error)));
  }

  async #syncGroups(): Promise<void> {
    const groups = this.#written;
    const [first] = groups;
    if (!first) return;
    this.#written = [];
    const startedMs = this.#clock.monotonicMs();
    try {
      await first.pack.file.sync();
    } catch (error) {
      this.#fail(error);
      for (const { of } of [...groups, ...this.#written])
        reject(of, new OutcomeUnknown(this.#failed ?? messageOf(error)));
      this.#written = [];
      return;
    }
    this.#telemetry.observe("cumulog_pack_sync_seconds", (this.#clock.monotonicMs() - startedMs) / 1000);
    this.#telemetry.observe("cumulog_pack_sync_bytes", (groups.at(-1)?.end ?? first.end) - first.start);
    for (const group of groups) acknowledge(group);
  }

  /** Stops writing for good: what waits was not written, and nothing more will be. */
  #fail(error: unknown): void {
    if (this.#failed) return;
    this.#failed = `the disk failed (${errorCode(error) ?? "no code"}: ${messageOf(error)}); nothing more is written before a restart`;
    this.#telemetry.log("error", "a pack file cannot be written; check the disk and restart", {
      code: errorCode(error),
      reason: messageOf(error),
    });
    reject(this.#waiting, new StoreUnavailable(this.#failed));
    this.#waiting = [];
  }
}

function acknowledge({ pack, start, of }: Group): void {
  let position = start;
  for (const { record, bodyBytes, bodyCrc, length, resolve } of of) {
    const body = { pack: pack.number, position: position + length - bodyBytes };
    position += length;
    record.durable({ body, bodyBytes, bodyCrc, end: position });
    resolve();
  }
}

function reject(group: readonly Waiting[], error: Error): void {
  for (const waiting of group) waiting.reject(error);
}

async function didCut(file: OpenFile, length: number): Promise<boolean> {
  try {
    await file.truncate(length);
    return true;
  } catch {
    return false;
  }
}

function full(error: unknown): StoreFull {
  return new StoreFull(`no space left for a pack file (${errorCode(error)})`);
}
