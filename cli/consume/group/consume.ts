/**
 * Joins the parts that read as a member of a group. Only what was printed is committed: with the next call, and when the
 * member leaves. So after a clean end nothing is printed twice, and after none nothing is lost.
 */
import { SystemRandom } from "../../../lib/adapters/system/index.ts";
import type { Endpoints } from "../../endpoints.ts";
import { Outage } from "../../outage.ts";
import { print, tell } from "../../output.ts";
import { onInterrupt } from "../../signals.ts";
import { topicInUse } from "../../topic-in-use.ts";
import type { Consumed } from "../consume.ts";
import type { Format } from "../format.ts";
import { whenIdle } from "../idle.ts";
import { Printer } from "../printer.ts";
import { Member } from "./member.ts";
import type { Polled } from "./poll.ts";
import { printAlive } from "./print-alive.ts";

export type GroupConsumeRequest = {
  readonly topic: string;
  readonly group: string;
  /** Where a partition begins that the group has committed nothing of. */
  readonly reset: "earliest" | "latest";
  readonly format: Format;
  /** Infinity: without end. */
  readonly recordsMax: number;
  /** Counted from when the member is in the group, ms. */
  readonly idleMsMax: number;
};

const memberIdBytes = 16;

/** As `consume`; the group says which partitions are read. */
export async function consumeInGroup(
  endpoints: Endpoints,
  { topic, group, reset, format, recordsMax, idleMsMax }: GroupConsumeRequest,
): Promise<Consumed> {
  const stop = new AbortController();
  const release = onInterrupt(() => stop.abort());
  await topicInUse(endpoints, topic);
  const poll = endpoints.groups.poll.bind(endpoints.groups, group);
  const memberId = Buffer.from(new SystemRandom().bytes(memberIdBytes)).toString("base64url");
  const member = new Member({ poll, outage: new Outage({ tell }), tell }, { group, topic, memberId, reset });
  const joined = await readUnlessStopped(member, stop.signal);
  const printer = new Printer({ print, format, nowMs: () => performance.now() }, { topic, recordsMax });
  const cancelIdle = whenIdle(printer, idleMsMax, () => stop.abort());
  try {
    for (let polled = joined; polled; polled = await readUnlessStopped(member, stop.signal)) {
      await printAlive(member, polled, printer, stop.signal);
      if (printer.isFull) stop.abort();
    }
  } catch (error) {
    // What went wrong first is what is told.
    await member.leave().catch(() => undefined);
    throw error;
  } finally {
    cancelIdle();
  }
  await member.leave();
  release();
  return { records: printer.records, bytes: printer.bytes, durationMs: printer.durationMs };
}

async function readUnlessStopped(member: Member, signal: AbortSignal): Promise<Polled | undefined> {
  if (signal.aborted) return undefined;
  try {
    return await member.read(signal);
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}
