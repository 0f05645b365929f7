/**
 * Gives back the space of packs that are partly dead: what lives in one is appended anew, and the pack, empty then, goes the way of
 * every empty pack.
 *
 *   read an object -> [append] -> durable -> its place is changed in the index, in one transaction -> pack dropped -> unlinked
 *
 * Killed between any two of these, a start finds the object once or twice, the same bytes both times, and the later place
 * counts. A copy is never appended behind the deletion of its object: that would bring it back.
 */

import { encodings } from "../../format/levels/index.ts";
import type { Codecs, Telemetry } from "../../ports/index.ts";
import { messageOf } from "../../std/index.ts";
import { errorCode } from "./file-layer.ts";
import type { ObjectCatalog } from "./object-catalog.ts";
import type { IndexedObject, Location, ObjectIndex } from "./object-index.ts";
import type { PackFiles } from "./pack-files.ts";
import { packFileName } from "./pack-record.ts";
import { readPackVersion } from "./pack-recovery.ts";
import { choosePacks, type Worth } from "./pack-usage.ts";
import type { PackWriter } from "./pack-writer.ts";

/** What one call may take. */
export type ReclaimLimits = Worth & {
  /** Bytes copied; one object more at most. */
  readonly bytesMax: number;
  /** Called after each object with the time that it took, ms. */
  readonly rest?: (turnMs: number) => Promise<void>;
  readonly signal?: AbortSignal;
};

/** What has been done. */
export type Reclaimed = { readonly packs: number; readonly copiedBytes: number };

type Deps = {
  readonly index: ObjectIndex;
  readonly catalog: ObjectCatalog;
  readonly writer: PackWriter;
  readonly files: PackFiles;
  readonly crc32c: Codecs["crc32c"];
  readonly telemetry: Telemetry;
  readonly clock: { monotonicMs(): number };
  /** Whether a deletion of the object is on its way. */
  readonly isDeleting: (key: string) => boolean;
};

export class Repacker {
  readonly #deps: Deps;
  /** Packs that hold what cannot be copied: they stay as they are until the next start. */
  readonly #left = new Set<number>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Empties packs that are worth it, as far as the limits allow. Throws what an append throws; what was copied is copied. */
  async reclaim(limits: ReclaimLimits): Promise<Reclaimed> {
    const { catalog, index, writer } = this.#deps;
    await catalog.settle();
    const usage = (await index.usage()).filter(({ pack }) => !this.#left.has(pack));
    let packs = 0;
    let copiedBytes = 0;
    for (const pack of choosePacks(usage, limits)) {
      if (!(await this.#isKnown(pack))) continue;
      // What is copied must not go into the pack that is emptied.
      if (pack === writer.newest?.number) writer.beginNewPack();
      for (const object of await index.objectsIn(pack)) {
        if (limits.signal?.aborted || copiedBytes >= limits.bytesMax) return { packs, copiedBytes };
        copiedBytes += await this.#move(object, limits);
      }
      if (!this.#left.has(pack)) packs++;
      // Now the index may say that the pack is empty: it goes.
      await catalog.settle();
    }
    return { packs, copiedBytes };
  }

  /** Whether the pack is there still, and this program knows all that may be in it. */
  async #isKnown(pack: number): Promise<boolean> {
    const { files, crc32c } = this.#deps;
    try {
      const version = await readPackVersion(await files.file(pack), pack, crc32c);
      if (version !== undefined && version <= encodings.pack.read) return true;
      this.#left.add(pack);
    } catch (error) {
      // Deletions have emptied it meanwhile, and it is gone.
      if (errorCode(error) !== "ENOENT" && errorCode(error) !== "EBADF") throw error;
    }
    return false;
  }

  /** Answers with the bytes copied. */
  async #move({ key, location }: IndexedObject, { rest }: ReclaimLimits): Promise<number> {
    const { clock, writer, catalog } = this.#deps;
    const beganMs = clock.monotonicMs();
    const bytes = await this.#read(key, location);
    // Asked in the turn of the append: a deletion that comes later is appended later.
    if (bytes === undefined || this.#deps.isDeleting(key) || !isAt(catalog.find(key), location)) return 0;
    const { timeMs, sizeBytes } = location;
    await writer.append({
      type: "object",
      key,
      timeMs,
      parts: [bytes],
      durable: ({ body, bodyCrc, end }) => {
        if (isAt(catalog.find(key), location)) catalog.set(key, { ...body, sizeBytes, crc: bodyCrc, timeMs });
        catalog.advance(body.pack, { indexedTo: end, sealed: false });
      },
    });
    await rest?.(clock.monotonicMs() - beganMs);
    return bytes.length;
  }

  /** Undefined: it is not there any more, or not what was written. */
  async #read(key: string, location: Location): Promise<Uint8Array | undefined> {
    const { files, crc32c, telemetry } = this.#deps;
    const { pack, position, sizeBytes, crc } = location;
    try {
      const bytes = await (await files.file(pack)).read(position, sizeBytes);
      if (bytes.length === sizeBytes && crc32c(bytes) === crc) return bytes;
      throw new Error(`${bytes.length} bytes at ${position}, with another checksum`);
    } catch (error) {
      if (!isAt(this.#deps.catalog.find(key), location)) return undefined;
      this.#left.add(pack);
      telemetry.log("error", "an object cannot be copied: its pack keeps its space", {
        key,
        pack: packFileName(pack),
        reason: messageOf(error),
      });
      return undefined;
    }
  }
}

function isAt(now: Location | undefined, before: Location): boolean {
  return now?.pack === before.pack && now.position === before.position;
}
