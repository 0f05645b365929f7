/** How each client becomes a member of a group: its command, and how to understand it. */
import type { Program } from "../clients.ts";
import { kcatArguments, kcatEars } from "./kcat.ts";
import type { MemberEvent, MemberSpec } from "./member.ts";

/**
 * What of groups only some clients have. Every client has members that join, commit and leave. `upgradable`: a group with its
 * cooperative assignor can be taken over by the newer protocol, in Kafka too.
 */
export type GroupAbility = "cooperative" | "static" | "fenced" | "consumer" | "upgradable";

/** A client that can be a member. */
export type MemberClient = {
  readonly command: (spec: MemberSpec) => { readonly command: string; readonly args: readonly string[] };
  /** Understands the lines of one member. Answers nothing to a line that is noise. */
  readonly ears: () => (line: string) => MemberEvent | undefined;
  /** It cannot be told to commit, and does it every now and then. */
  readonly commitsItself: boolean;
  /** SIGTERM is how it is asked to leave. */
  readonly leavesBySignal: boolean;
  /** What it has asked for it gives out, even when the partition has become another's meanwhile. */
  readonly givesOutLate: boolean;
};

/** A program that takes its orders on its input, and says a line of JSON for each event. */
export function memberProgram(
  program: Program,
  args: readonly string[],
  { givesOutLate = false }: Partial<Pick<MemberClient, "givesOutLate">> = {},
): MemberClient {
  return {
    command: spec => ({
      command: program.command,
      args: [...args, JSON.stringify({ ...spec, modules: program.modules })],
    }),
    ears: () => line => (line.startsWith('{"event":') ? (JSON.parse(line) as MemberEvent) : undefined),
    commitsItself: false,
    leavesBySignal: false,
    givesOutLate,
  };
}

/** kcat: told what to do by its arguments and by signals. */
export const kcatMember: MemberClient = {
  command: spec => ({ command: "kcat", args: kcatArguments(spec) }),
  ears: kcatEars,
  commitsItself: true,
  leavesBySignal: true,
  givesOutLate: false,
};
