import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Piece, type RetentionLimits, StartChooser } from "../../../lib/engine/retention/index.ts";
import { offset } from "../../../lib/format/index.ts";

const nowMs = 1_000;

/** Pieces without a gap from 0 on, and what is to be kept of them. */
const logs = fc
  .record({
    facts: fc.array(
      fc.record({ count: fc.integer({ min: 1, max: 5 }), bytes: fc.nat(100), timeMs: fc.nat(1_500) }),
    ),
    retentionMs: fc.oneof(fc.constant(-1), fc.nat(1_200)),
    retentionBytes: fc.oneof(fc.constant(-1), fc.nat(500)),
  })
  .map(({ facts, ...limits }) => {
    let base = 0;
    const pieces = facts.map(({ count, ...rest }): Piece => {
      const piece = { base, end: base + count, ...rest };
      base = piece.end;
      return piece;
    });
    return { pieces, limits };
  });

const bytesOf = (pieces: readonly Piece[]): number => pieces.reduce((sum, { bytes }) => sum + bytes, 0);

function startOf(pieces: readonly Piece[], limits: RetentionLimits): number {
  const chooser = new StartChooser(offset(0), limits, { nowMs, bytes: bytesOf(pieces) });
  for (const piece of pieces) if (!chooser.take(piece)) break;
  return chooser.start;
}

/** What Kafka does with its segments: by time as long as the oldest is old, then by size, until neither changes anything. */
function asKafka(pieces: readonly Piece[], { retentionMs, retentionBytes }: RetentionLimits): number {
  const rest = [...pieces];
  for (let before = -1; before !== rest.length; ) {
    before = rest.length;
    while (rest[0] && retentionMs >= 0 && nowMs - rest[0].timeMs > retentionMs) rest.shift();
    let surplus = bytesOf(rest) - retentionBytes;
    while (rest[0] && retentionBytes >= 0 && surplus - rest[0].bytes >= 0) {
      surplus -= rest[0].bytes;
      rest.shift();
    }
  }
  return rest[0]?.base ?? pieces.at(-1)?.end ?? 0;
}

describe("what retention lets go", () => {
  it("is what Kafka would let go of the same pieces", () => {
    fc.assert(
      fc.property(logs, ({ pieces, limits }) => {
        expect(startOf(pieces, limits)).toBe(asKafka(pieces, limits));
      }),
      { numRuns: 2_000 },
    );
  });

  it("is never a piece that is young and needed, never half of one, never beyond the last", () => {
    fc.assert(
      fc.property(logs, ({ pieces, limits }) => {
        const start = startOf(pieces, limits);
        expect([0, ...pieces.map(({ end }) => end)]).toContain(start);
        const first = pieces.find(({ end }) => end > start);
        const isYoung = !first || limits.retentionMs < 0 || nowMs - first.timeMs <= limits.retentionMs;
        const kept = bytesOf(pieces.filter(({ end }) => end > start));
        expect(
          isYoung && (!first || limits.retentionBytes < 0 || kept - first.bytes < limits.retentionBytes),
        ).toBe(true);
        const last = pieces.findLast(({ end }) => end <= start);
        const wasOld = !last || (limits.retentionMs >= 0 && nowMs - last.timeMs > limits.retentionMs);
        expect(wasOld || kept >= limits.retentionBytes).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it("is nothing without a limit, and what is from the future stays", () => {
    const pieces = [{ base: 0, end: 3, bytes: 10, timeMs: nowMs + 1 }];
    expect(startOf(pieces, { retentionMs: -1, retentionBytes: -1 })).toBe(0);
    expect(startOf(pieces, { retentionMs: 0, retentionBytes: -1 })).toBe(0);
    expect(startOf(pieces, { retentionMs: 0, retentionBytes: 0 })).toBe(3);
  });
});
