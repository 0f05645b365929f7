/**
 * Where `groups reset-offsets` moves a group to: its flags, of which one is wanted, and the offsets that they mean.
 */
import { type Command, InvalidArgumentError } from "commander";
import { UsageWrong } from "../../errors.ts";
import type { OffsetTarget } from "../../group-endpoints.ts";
import { integerFrom, type Moment, moment } from "../../options.ts";

/** What its flags hold when they are given. */
export type NewPlaceOptions = {
  readonly toEarliest?: true;
  readonly toLatest?: true;
  readonly toOffset?: number;
  readonly toDatetime?: Moment;
  readonly byDuration?: number;
  readonly shiftBy?: number;
};

/** The same for all partitions, or by how much each is to be moved. */
export type NewPlace =
  | { readonly kind: "to"; readonly to: OffsetTarget["to"] }
  | { readonly kind: "shift"; readonly by: number };

/** Adds the flags. */
export function takesNewPlace(command: Command): Command {
  return command
    .option("--to-earliest", "to the oldest record")
    .option("--to-latest", "to the end")
    .option("--to-offset <offset>", "to this offset", integerFrom(0))
    .option(
      "--to-datetime <time>",
      "to the first record at or after: ms since 1970 or ISO 8601 (without a zone: local time)",
      moment,
    )
    .option(
      "--by-duration <duration>",
      "to the first record of the last so long: ISO 8601, PT30M or P1DT12H",
      durationMs,
    )
    .option("--shift-by <count>", "on by so many offsets, back if negative", wholeNumber);
}

/** The place that was named, at this time. Throws UsageWrong unless it is exactly one. */
export function newPlaceOf(options: NewPlaceOptions, nowMs: number): NewPlace {
  const { toEarliest, toLatest, toOffset, toDatetime, byDuration, shiftBy } = options;
  const places: readonly NewPlace[] = [
    ...(toEarliest ? [{ kind: "to", to: "earliest" } as const] : []),
    ...(toLatest ? [{ kind: "to", to: "latest" } as const] : []),
    ...(toOffset === undefined ? [] : [{ kind: "to", to: { offset: toOffset } } as const]),
    ...(toDatetime === undefined ? [] : [{ kind: "to", to: { timestamp: toDatetime.ms } } as const]),
    ...(byDuration === undefined
      ? []
      : [{ kind: "to", to: { timestamp: Math.max(0, Math.floor(nowMs - byDuration)) } } as const]),
    ...(shiftBy === undefined ? [] : [{ kind: "shift", by: shiftBy } as const]),
  ];
  const [place] = places;
  if (place === undefined || places.length > 1)
    throw new UsageWrong(
      "one of --to-earliest, --to-latest, --to-offset, --to-datetime, --by-duration and --shift-by is wanted",
    );
  return place;
}

const dayMs = 24 * 60 * 60 * 1000;
const partsMs = [7 * dayMs, dayMs, dayMs / 24, 60_000, 1000] as const;

/** Weeks to seconds; months and years have no one length. */
function durationMs(text: string): number {
  const parts =
    /^P(?=\d|T\d)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(text);
  if (parts === null)
    throw new InvalidArgumentError("A duration is wanted, of weeks to seconds: PT30M or P1DT12H.");
  return partsMs.reduce((sum, ms, i) => sum + ms * Number(parts[i + 1] ?? 0), 0);
}

function wholeNumber(text: string): number {
  if (!/^[+-]?\d{1,15}$/.test(text)) throw new InvalidArgumentError("A whole number is wanted.");
  return Number(text);
}
