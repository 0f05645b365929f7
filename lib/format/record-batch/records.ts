/** A name and a value beside a record. Names may repeat; a name that is not valid UTF-8 reads with replacement characters. */
export type RecordHeader = { readonly key: string; readonly value: Uint8Array | null };

/** What a producer sends. `timestampMs` is -1 for none, at most 2^53. */
export type RecordInput = {
  readonly timestampMs: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly RecordHeader[];
};

/** What a consumer reads. Keys and values are views of the batch (or of its decompressed bytes), not copies. */
export type BatchRecord = RecordInput & { readonly offset: number };
