/** A golden data directory as it is kept: its files, and what is in it. Made by make.ts, opened by open.test.ts. */

/** Offset, key and value; bytes as base64. */
export type GoldenRecord = readonly [offset: number, key: string | null, value: string | null];

/** What the server that made the directory gave back of it, and what it left on the disk when it was killed. */
export type GoldenDirectory = {
  /** By `<topic>-<partition>`, everything that could be read. */
  readonly records: Readonly<Record<string, readonly GoldenRecord[]>>;
  /** By group, what it has committed. */
  readonly offsets: Readonly<
    Record<string, readonly { readonly topic: string; readonly partition: number; readonly offset: number }[]>
  >;
  /** By path, in hex: pages that are repeated are found again. */
  readonly files: Readonly<Record<string, string>>;
};
