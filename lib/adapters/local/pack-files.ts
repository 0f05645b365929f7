/**
 * The open files of packs, to read from: the newest, which the writer holds open, and the last used of the others.
 */
import { join } from "node:path";
import type { FileLayer, OpenFile } from "./file-layer.ts";
import { packFileName } from "./pack-record.ts";

const filesMax = 64;

export class PackFiles {
  readonly #files: FileLayer;
  readonly #directory: string;
  /** In order of their last use. */
  readonly #open = new Map<number, Promise<OpenFile>>();

  constructor(deps: { readonly files: FileLayer }, options: { readonly directory: string }) {
    this.#files = deps.files;
    this.#directory = options.directory;
  }

  /** Takes over a file that is open already. */
  adopt(number: number, file: OpenFile): void {
    this.#use(number, Promise.resolve(file));
  }

  /** The pack's file, open. A failed open is not remembered. */
  file(number: number): Promise<OpenFile> {
    const open = this.#open.get(number) ?? this.#files.open(this.#path(number));
    this.#use(number, open);
    open.catch(() => this.#open.delete(number));
    return open;
  }

  /** Closes the pack's file, which waits for reads under way, and unlinks it; durable once its directory is synced. */
  async remove(number: number): Promise<void> {
    const open = this.#open.get(number);
    this.#open.delete(number);
    await this.#files.remove(this.#path(number));
    await (await open)?.close();
  }

  async close(): Promise<void> {
    const all = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(all.map(async open => (await open).close()));
  }

  #path(number: number): string {
    return join(this.#directory, packFileName(number));
  }

  #use(number: number, open: Promise<OpenFile>): void {
    this.#open.delete(number);
    this.#open.set(number, open);
    if (this.#open.size <= filesMax) return;
    // The newest pack is the writer's: it stays open.
    const newest = Math.max(...this.#open.keys());
    for (const [oldest, file] of this.#open) {
      if (oldest === newest) continue;
      this.#open.delete(oldest);
      void file.then(each => each.close()).catch(() => undefined);
      return;
    }
  }
}
