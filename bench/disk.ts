/**
 * What the disk itself can do: writes of one size to the end of a growing file, each made durable before the next.
 * Through the blocking calls, which have the least around them.
 */
import { closeSync, fdatasyncSync, openSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { mebibytesPerSecond } from "./drive.ts";

/** The file starts anew at this size, as the log's pack files do. */
const fileBytesMax = 256 * 1024 * 1024;

/** MiB/s of write + fdatasync of `writeBytes` each, one after another for `seconds`. */
export function measureDisk(directory: string, writeBytes: number, seconds: number): number {
  // Not zeros: some disks are paid to notice those.
  const bytes = Buffer.alloc(Math.max(1, Math.round(writeBytes)), "The quick brown fox. ");
  const path = join(directory, "raw");
  let file = openSync(path, "w");
  let written = 0;
  let position = 0;
  const startMs = performance.now();
  let nowMs = startMs;
  do {
    if (position >= fileBytesMax) {
      closeSync(file);
      unlinkSync(path);
      file = openSync(path, "w");
      position = 0;
    }
    for (let done = 0; done < bytes.length; )
      done += writeSync(file, bytes, done, bytes.length - done, position + done);
    fdatasyncSync(file);
    position += bytes.length;
    written += bytes.length;
    nowMs = performance.now();
  } while (nowMs < startMs + seconds * 1000);
  closeSync(file);
  unlinkSync(path);
  return mebibytesPerSecond({ bytes: written, seconds: (nowMs - startMs) / 1000 });
}
