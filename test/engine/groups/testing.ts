/** Processes that share a store, and members of groups of the classic protocol. */
import { randomUUID } from "node:crypto";
import type { Engine, JoinAnswer, JoinRequest } from "../../../lib/engine/index.ts";
import { textOf, utf8 } from "../../../lib/std/index.ts";

/** What is asked unless a test says otherwise. */
export function aJoin(over: Partial<JoinRequest> = {}): JoinRequest {
  return {
    group: "g",
    memberId: "",
    clientId: "c",
    host: "127.0.0.1",
    sessionMs: 10_000,
    rebalanceMs: 60_000,
    protocolType: "consumer",
    protocols: [{ name: "range", metadata: utf8("m") }],
    mustKnowId: false,
    signal: new AbortController().signal,
    ...over,
  };
}

/** The answer of one that is in a generation. */
export type Joined = Extract<JoinAnswer, { kind: "joined" }>;

/** Joins, and is in a generation. */
export async function joined(engine: Engine, over: Partial<JoinRequest> = {}): Promise<Joined> {
  const answer = await engine.groups.join(aJoin(over));
  if (answer.kind === "joined") return answer;
  throw new Error(`joining asks for the id ${answer.memberId}`);
}

/** Syncs; a leader assigns to each member its own id as text. */
export async function synced(
  engine: Engine,
  { memberId, generation, members }: Joined,
  over: { readonly group?: string; readonly instanceId?: string } = {},
): Promise<string> {
  const { assignment } = await engine.groups.sync({
    group: "g",
    ...over,
    memberId,
    generation,
    assignments: new Map(members.map(each => [each.memberId, utf8(`for ${each.memberId}`)])),
    signal: new AbortController().signal,
  });
  return textOf(assignment);
}

/** A name that no other test has. */
export function aGroupId(): string {
  return `g-${randomUUID()}`;
}
