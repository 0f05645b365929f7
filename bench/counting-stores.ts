/**
 * Counts what really goes to the disk: the writes and syncs of the file layer, or, in memory, the puts.
 */
import type { FileLayer, OpenFile } from "../lib/adapters/local/index.ts";
import type { ObjectStore } from "../lib/ports/index.ts";

export type WriteCounts = { writes: number; bytes: number; syncs: number };

/** The file layer, with every write and sync counted. */
export function countingFiles(files: FileLayer, counts: WriteCounts): FileLayer {
  return {
    makeDirectory: path => files.makeDirectory(path),
    checkWritable: path => files.checkWritable(path),
    list: path => files.list(path),
    create: async path => countingFile(await files.create(path), counts),
    open: async path => countingFile(await files.open(path), counts),
    remove: path => files.remove(path),
    syncDirectory: path => files.syncDirectory(path),
  };
}

function countingFile(file: OpenFile, counts: WriteCounts): OpenFile {
  return {
    size: () => file.size(),
    read: (position, length) => file.read(position, length),
    write(parts, position) {
      counts.writes++;
      counts.bytes += bytesOf(parts);
      return file.write(parts, position);
    },
    sync() {
      counts.syncs++;
      return file.sync();
    },
    truncate: length => file.truncate(length),
    close: () => file.close(),
  };
}

/** The object store, with every put counted as a write and a sync. */
export function countingObjects(objects: ObjectStore, counts: WriteCounts): ObjectStore {
  return {
    put(key, parts) {
      counts.writes++;
      counts.syncs++;
      counts.bytes += bytesOf(parts);
      return objects.put(key, parts);
    },
    get: (key, range) => objects.get(key, range),
    delete: keys => objects.delete(keys),
    list: (prefix, options) => objects.list(prefix, options),
  };
}

function bytesOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}
