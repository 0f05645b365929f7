/** Chance comes through this door alone, so that a seed decides it in the simulator. */
export interface Random {
  /** `length` unpredictable bytes: for ids. */
  bytes(length: number): Uint8Array;
  /** A number in [0, 1): for jitter. */
  number(): number;
}
