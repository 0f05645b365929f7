/**
 * Tells what a newer release has written from what is damaged. Damage is isolated and worked around; what is newer is left exactly as
 * it is by everyone who does not know it, because it is whole, and somebody can read it.
 */
import { CumulogError, MalformedBytes } from "../../std/index.ts";
import { type EncodingName, encodings, formatLevels } from "./encodings.ts";

/** Written by a newer release, in a format that this one does not know. Nothing was changed. */
export class FormatNewer extends CumulogError {
  override readonly name = "FormatNewer";
  readonly kind = "operator";
}

const whatToDo = "it is left as it is; run the release that wrote it, or a later one";

/** Throws FormatNewer for a version that is above those read, MalformedBytes for one that nobody has ever written. */
export function checkVersion(name: EncodingName, found: unknown): void {
  const { what, read } = encodings[name];
  if (typeof found !== "number" || !Number.isInteger(found) || found < 1)
    throw new MalformedBytes(`${what} of version ${String(found)}, which was never written`);
  if (found > read)
    throw new FormatNewer(`${what} has version ${found}, this release reads up to ${read}: ${whatToDo}`);
}

/** As checkVersion, for what has no version of its own as long as it is of the first. */
export function checkVersionIfAny(name: EncodingName, found: unknown): void {
  if (found !== undefined) checkVersion(name, found);
}

/** Adds to a FormatNewer where the thing lies. Anything else that `read` throws stays as it is. */
export function located<T>(where: () => string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof FormatNewer) throw new FormatNewer(`${where()}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** Throws FormatNewer for a log of a level that this release does not read. */
export function checkLevel(level: number): void {
  if (level > formatLevels.read)
    throw new FormatNewer(
      `the log has format level ${level}, this release reads up to ${formatLevels.read}: ${whatToDo}`,
    );
}

/**
 * Throws FormatNewer for a log of a level above the one that this release writes: there may be references in it that this release
 * does not look for, so it must neither delete nor rewrite anything there.
 */
export function checkUpkeepLevel(level: number): void {
  checkLevel(level);
  if (level > formatLevels.written)
    throw new FormatNewer(
      `the log has format level ${level}, this release writes ${formatLevels.written}: it serves the log, and leaves the upkeep ` +
        "to a release that writes that level",
    );
}
