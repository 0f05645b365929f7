/**
 * A closed loop: so many callers, each asking again as soon as it was answered.
 */

/** What one call moved. */
export type Moved = { readonly bytes: number; readonly records: number };

/** What all calls of a round moved, and how long each took. */
export type Load = Moved & { readonly seconds: number; readonly callMs: readonly number[] };

const mebibyte = 1024 * 1024;

/** Keeps `callers` calls under way for `seconds`, and counts until the last was answered. Throws what a call throws. */
export async function drive(
  callers: number,
  seconds: number,
  call: (caller: number) => Promise<Moved>,
): Promise<Load> {
  const callMs: number[] = [];
  let bytes = 0;
  let records = 0;
  const startMs = performance.now();
  const endMs = startMs + seconds * 1000;
  const ask = async (caller: number): Promise<void> => {
    let askedMs = performance.now();
    do {
      const moved = await call(caller);
      bytes += moved.bytes;
      records += moved.records;
      const answeredMs = performance.now();
      callMs.push(answeredMs - askedMs);
      askedMs = answeredMs;
    } while (askedMs < endMs);
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => ask(caller)));
  return { bytes, records, callMs, seconds: (performance.now() - startMs) / 1000 };
}

export function mebibytesPerSecond({ bytes, seconds }: Pick<Load, "bytes" | "seconds">): number {
  return bytes / mebibyte / seconds;
}

export function recordsPerSecond({ records, seconds }: Load): number {
  return records / seconds;
}
