/**
 * How far a produce is, for a person who watches: one line on stderr that is drawn anew. Nothing at all when stderr is
 * no terminal.
 */
import { grouped, size } from "../rates.ts";

export type Progress = {
  readonly update: (inputBytes: number, records: number) => void;
  /** Removes the line. */
  readonly stop: () => void;
};

/** For who does not watch, or types the lines himself. */
export const silentProgress: Progress = { update: () => undefined, stop: () => undefined };

/** Starts the line. `totalBytes` undefined: nobody knows how much will come. */
export async function startProgress(totalBytes: number | undefined): Promise<Progress> {
  if (!process.stderr.isTTY) return silentProgress;
  const { default: progress } = await import("cli-progress");
  const format =
    totalBytes === undefined
      ? " {records} records, {read}"
      : " [{bar}] {percentage}% {records} records, {read}, {eta_formatted} left";
  const bar = new progress.SingleBar({
    format,
    clearOnComplete: true,
    hideCursor: true,
    // Shows the cursor again at a signal; what else a signal does is not its business.
    gracefulExit: true,
    stream: process.stderr,
    etaBuffer: 50,
  });
  bar.start(totalBytes ?? 0, 0, { records: 0, read: "0 B" });
  return {
    update: (inputBytes, records) =>
      bar.update(inputBytes, { records: grouped(records), read: size(inputBytes) }),
    stop: () => bar.stop(),
  };
}
