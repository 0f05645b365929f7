/**
 * The few things that packs ask of a file system, so that a test can put one in its place that loses what was not
 * synced, or fails. Errors are Node's own, with their `code`.
 */
import { constants } from "node:fs";
import { access, type FileHandle, mkdir, open, readdir, unlink } from "node:fs/promises";
import { dirname } from "node:path";

/** A file system, as far as packs need one. */
export interface FileLayer {
  /** Makes the directory and those above it, durably. One that is there stays as it is. */
  makeDirectory(path: string): Promise<void>;
  /** Throws unless files can be made in the directory. */
  checkWritable(path: string): Promise<void>;
  /** The names in a directory, in no order. */
  list(path: string): Promise<readonly string[]>;
  /** Makes a file that must not exist. It outlives a power loss once its directory was synced. */
  create(path: string): Promise<OpenFile>;
  /** Opens a file that exists, to read and write. */
  open(path: string): Promise<OpenFile>;
  /** Unlinks a file, durably once its directory was synced. */
  remove(path: string): Promise<void>;
  /** Makes durable which files a directory holds. */
  syncDirectory(path: string): Promise<void>;
}

/** A file that is open for reading and writing. */
export interface OpenFile {
  size(): Promise<number>;
  /** `length` bytes from `position`, fewer at the end of the file. */
  read(position: number, length: number): Promise<Uint8Array>;
  /** Writes all parts back to back, or throws with any part of them written. */
  write(parts: readonly Uint8Array[], position: number): Promise<void>;
  /** Makes durable what was written before the call. After a failure nothing is known of it: do not ask again. */
  sync(): Promise<void>;
  /** Cuts the file, durably. */
  truncate(length: number): Promise<void>;
  /** Waits for the calls under way. */
  close(): Promise<void>;
}

/** The file system of this machine. */
export const systemFiles: FileLayer = {
  makeDirectory,
  checkWritable: path => access(path, constants.W_OK | constants.X_OK),
  list: path => readdir(path),
  create: async path => new SystemFile(await open(path, "wx+")),
  open: async path => new SystemFile(await open(path, "r+")),
  remove: path => unlink(path),
  syncDirectory,
};

/** Not mkdir's own recursive way: it hides a read-only file system (ENOENT), and under /proc it never ends. */
async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (errorCode(error) === "EEXIST") return;
    if (errorCode(error) !== "ENOENT" || dirname(path) === path) throw error;
    await makeDirectory(dirname(path));
    await mkdir(path);
  }
  await syncDirectory(dirname(path));
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

class SystemFile implements OpenFile {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async size(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    // Not from the pool, since the caller keeps these bytes; and not a Buffer, whose slice() would share them.
    const bytes = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
    let done = 0;
    while (done < length) {
      const { bytesRead } = await this.#handle.read(bytes, done, length - done, position + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return bytes.subarray(0, done);
  }

  async write(parts: readonly Uint8Array[], position: number): Promise<void> {
    let rest = parts;
    let at = position;
    while (rest.length > 0) {
      const { bytesWritten } = await this.#handle.writev(rest, at);
      at += bytesWritten;
      rest = partsAfter(rest, bytesWritten);
    }
  }

  sync(): Promise<void> {
    return this.#handle.datasync();
  }

  async truncate(length: number): Promise<void> {
    await this.#handle.truncate(length);
    await this.#handle.sync();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** What is left of the parts after their first `written` bytes: a write may take only some. */
export function partsAfter(parts: readonly Uint8Array[], written: number): readonly Uint8Array[] {
  let left = written;
  let index = 0;
  for (let part = parts[index]; part && part.length <= left; part = parts[++index]) left -= part.length;
  const [first, ...rest] = parts.slice(index);
  return first ? [first.subarray(left), ...rest] : [];
}

/** The code of a system error (`ENOSPC`), undefined for anything else. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Whether the disk, or our share of it, is full. */
export function isFull(error: unknown): boolean {
  const code = errorCode(error);
  return code === "ENOSPC" || code === "EDQUOT";
}
