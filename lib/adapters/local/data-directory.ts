/**
 * What makes a directory a data directory: a file named `format` that says which version of the layout it holds.
 * It is written first, and before anything is read that a later version may have written otherwise.
 *
 *   format        this file
 *   items.db      the items, and the lock of the directory (item-database.ts)
 *   objects.db    where each object lies; made anew from the packs when it is missing (index-database.ts)
 *   packs/        the objects (pack-record.ts)
 */
import { join } from "node:path";
import { encodings } from "../../format/levels/index.ts";
import { StoreFull } from "../../ports/index.ts";
import { messageOf, textOf, utf8 } from "../../std/index.ts";
import { DataDirInvalid, DataDirNewer, DataDirReadOnly } from "./errors.ts";
import { errorCode, type FileLayer, isFull } from "./file-layer.ts";

const dataFormat = encodings.dataDirectory;

const formatFile = "format";
const databaseNames = { items: "items.db", objects: "objects.db" } as const;
/** In a directory that is otherwise empty: an unfinished first start, and what mkfs leaves behind. */
const ignorable = new Set(["lost+found"]);

/** Where the parts of a data directory are. */
export function pathsIn(dataDir: string) {
  return {
    items: join(dataDir, databaseNames.items),
    objects: join(dataDir, databaseNames.objects),
    packs: join(dataDir, "packs"),
  } as const;
}

/**
 * Makes the directory ours, or checks that it is. Answers whether databases are still to be made in it.
 * Throws DataDirInvalid, DataDirNewer or DataDirReadOnly.
 */
export async function prepareDataDirectory(files: FileLayer, dataDir: string): Promise<boolean> {
  try {
    await files.makeDirectory(dataDir);
    const names = await files.list(dataDir);
    const written = names.includes(formatFile) ? await readFormat(files, dataDir) : "";
    // An empty file is a first start that lost its power.
    if (written === "") await start(files, dataDir, names);
    else checkFormat(dataDir, written);
    await files.checkWritable(dataDir);
    await files.makeDirectory(pathsIn(dataDir).packs);
    return !names.includes(databaseNames.items) || !names.includes(databaseNames.objects);
  } catch (error) {
    throw asDataDirError(error, dataDir);
  }
}

async function readFormat(files: FileLayer, dataDir: string): Promise<string> {
  const file = await files.open(join(dataDir, formatFile));
  try {
    return textOf(await file.read(0, 1024));
  } finally {
    await file.close();
  }
}

function checkFormat(dataDir: string, text: string): void {
  const found = /^cumulog data directory, format (\d+)$/m.exec(text)?.[1];
  if (found === undefined) throw new DataDirInvalid(`${dataDir} has a file named format that is not ours`);
  if (Number(found) > dataFormat.read)
    throw new DataDirNewer(
      `${dataDir} has format ${found}, this version knows up to ${dataFormat.read}: use the version that wrote it, or a later one`,
    );
}

async function start(files: FileLayer, dataDir: string, names: readonly string[]): Promise<void> {
  const others = names.filter(name => name !== formatFile && !ignorable.has(name));
  if (others.length > 0)
    throw new DataDirInvalid(
      `${dataDir} is not empty and is no data directory (it holds ${others.slice(0, 3).join(", ")}): name another`,
    );
  const path = join(dataDir, formatFile);
  const file = names.includes(formatFile) ? await files.open(path) : await files.create(path);
  try {
    await file.write([utf8(`cumulog data directory, format ${dataFormat.written}\n`)], 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await files.syncDirectory(dataDir);
}

/** What an error while opening says of the directory. */
export function asDataDirError(error: unknown, dataDir: string): unknown {
  const code = errorCode(error);
  if (code === "EACCES" || code === "EPERM" || code === "EROFS")
    return new DataDirReadOnly(
      `${dataDir} cannot be written (${code}): name another, or change its permissions`,
    );
  if (isFull(error)) return new StoreFull(`${dataDir} has no space left (${code})`);
  if (code === "ENOTDIR" || code === "EEXIST" || code === "ENOENT" || code === "EISDIR")
    return new DataDirInvalid(`${dataDir} is no directory to use: ${messageOf(error)}`);
  return error;
}
