/**
 * Where the lines come from: a file that is named, or stdin.
 */
import { createReadStream, fstatSync, statSync } from "node:fs";
import type { Readable } from "node:stream";
import { messageOf } from "../../lib/std/index.ts";
import { FileUnreadable } from "../errors.ts";

export type Input = {
  readonly stream: Readable;
  /** Of a regular file; undefined for what has no end yet. */
  readonly totalBytes: number | undefined;
};

const readBytes = 1024 * 1024;
const stdinFd = 0;

/** Opens the file, or stdin if there is none. Throws FileUnreadable. */
export function openInput(path: string | undefined): Input {
  if (path === undefined) return { stream: process.stdin, totalBytes: regularBytes(fstatSync(stdinFd)) };
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) throw new FileUnreadable(`--file ${path} is a folder`);
    return { stream: createReadStream(path, { highWaterMark: readBytes }), totalBytes: regularBytes(stat) };
  } catch (error) {
    throw error instanceof FileUnreadable
      ? error
      : new FileUnreadable(`--file ${path} cannot be read: ${messageOf(error)}`);
  }
}

function regularBytes(stat: { readonly size: number; isFile(): boolean }): number | undefined {
  return stat.isFile() ? stat.size : undefined;
}
