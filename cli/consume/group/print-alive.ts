/**
 * Prints what came, and says meanwhile that the member lives: whoever reads the output may take their time. Only what was
 * written is owed to the group; what is left over when there is enough comes again, to whoever reads next.
 */
import { setTimeout as wait } from "node:timers/promises";
import type { Printer } from "../printer.ts";
import type { Member } from "./member.ts";
import type { Polled } from "./poll.ts";

/** Of the time in which a member has to say that it lives. */
const beatsPerSession = 3;

/** Resolves when all is printed, or as much as is wanted. Throws what printing throws, and what does not pass by itself. */
export async function printAlive(
  member: Pick<Member, "owe" | "beat">,
  polled: Polled,
  printer: Printer,
  signal: AbortSignal,
): Promise<void> {
  const printed = new AbortController();
  const printing = printPieces(member, polled, printer, signal).finally(() => printed.abort());
  printing.catch(() => undefined);
  const everyMs = polled.silenceMsMax / beatsPerSession;
  while (!printed.signal.aborted) {
    await wait(everyMs, undefined, { signal: printed.signal }).then(
      () => member.beat(),
      () => undefined,
    );
  }
  await printing;
}

async function printPieces(
  member: Pick<Member, "owe" | "beat">,
  { pieces }: Polled,
  printer: Printer,
  signal: AbortSignal,
): Promise<void> {
  for (const { partition, records, next } of pieces) {
    if (printer.isFull || signal.aborted) return;
    const before = printer.records;
    await printer.print(partition, records);
    const taken = printer.records - before;
    const last = records[taken - 1];
    if (taken === records.length) member.owe(partition, next);
    else if (last) member.owe(partition, last.offset + 1);
  }
}
