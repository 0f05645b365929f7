/**
 * How much of each pack is still of use, and which packs are worth the copying of what is: pure.
 */

/** What a pack holds. */
export type PackUsage = {
  readonly pack: number;
  /** Of the file. */
  readonly bytes: number;
  /** Of records of objects that are there, heads included. */
  readonly liveBytes: number;
};

/** When a pack is worth it. */
export type Worth = {
  /** So much of a pack must be dead: of each byte that is given back at most (1 - share) / share is copied. */
  readonly deadShareMin: number;
  /** And so many bytes: less is not worth a new file. */
  readonly deadBytesMin: number;
};

/** Half dead: a byte copied gives back at least one, and a disk holds at most twice what lives, and a pack. */
export const defaultWorth: Worth = { deadShareMin: 0.5, deadBytesMin: 4 * 1024 * 1024 };

/** The packs worth it, those that give back most for a byte copied first. */
export function choosePacks(
  usage: readonly PackUsage[],
  { deadShareMin, deadBytesMin }: Worth,
): readonly number[] {
  const deadBytes = ({ bytes, liveBytes }: PackUsage): number => bytes - liveBytes;
  const deadShare = (pack: PackUsage): number => deadBytes(pack) / pack.bytes;
  return usage
    .filter(pack => deadBytes(pack) >= Math.max(1, deadBytesMin) && deadShare(pack) >= deadShareMin)
    .sort((a, b) => deadShare(b) - deadShare(a))
    .map(({ pack }) => pack);
}
