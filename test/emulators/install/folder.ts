/**
 * The folder `.emulators` of the clone: each install is a folder in it, named after what it was made from, and whole once
 * its stamp is there. One process installs at a time; the lock is SQLite's, so a process that is killed lets go of it.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { poll } from "../poll.ts";

const emulatorsFolder = join(import.meta.dirname, "..", "..", "..", ".emulators");
const stamp = ".installed";
/** Longer than any install of somebody else. */
const lockMsMax = 20 * 60_000;
const lockPauseMs = 200;

/**
 * The folder `<name>-<hash of source>`, filled by `fill` when it is not whole yet. Throws what `fill` throws; then there is
 * no folder.
 */
export async function installed(
  name: string,
  source: string,
  fill: (folder: string) => Promise<void>,
  root = emulatorsFolder,
): Promise<string> {
  const folder = folderOf(name, source, root);
  const isWhole = (): boolean => existsSync(join(folder, stamp));
  if (isWhole()) return folder;
  await mkdir(root, { recursive: true });
  const release = await lock(join(root, `${name}.lock`));
  try {
    if (isWhole()) return folder;
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
    process.stderr.write(`installing ${name} ...\n`);
    const startMs = performance.now();
    await fill(folder);
    await writeFile(join(folder, stamp), "");
    process.stderr.write(`installed ${name} in ${((performance.now() - startMs) / 1000).toFixed(1)} s\n`);
    return folder;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  } finally {
    release();
  }
}

/** Whether `installed` would find it whole. */
export function isInstalled(name: string, source: string, root = emulatorsFolder): boolean {
  return existsSync(join(folderOf(name, source, root), stamp));
}

function folderOf(name: string, source: string, root: string): string {
  const hash = createHash("sha256").update(source).digest("hex").slice(0, 12);
  return join(root, `${name}-${hash}`);
}

/** Waits for the lock. Answers with how to let go of it. */
async function lock(path: string): Promise<() => void> {
  const database = new DatabaseSync(path);
  const take = async (): Promise<true | undefined> => {
    try {
      database.exec("BEGIN EXCLUSIVE");
      return true;
    } catch (error) {
      if (isBusy(error)) return undefined;
      throw error;
    }
  };
  try {
    await poll(`the lock ${path}, held by another install`, lockMsMax, take, lockPauseMs);
  } catch (error) {
    database.close();
    throw error;
  }
  return () => database.close();
}

function isBusy(error: unknown): boolean {
  const sqliteBusy = 5;
  return error instanceof Error && "errcode" in error && error.errcode === sqliteBusy;
}
