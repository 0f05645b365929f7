/**
 * Leaving: the member's item goes, then the group hears of it. A leaver that dies in between is missed by the next look.
 */
import { groupMemberKey, isMember, memberKeyOf } from "../../../format/items/index.ts";
import { CumulogError } from "../../../std/index.ts";
import { checkMember, isOfConsumers } from "../admission.ts";
import type { Snapshots } from "../consumer/snapshot.ts";
import type { KnownGroup } from "../known.ts";
import type { Hosting } from "../migration/hosted.ts";
import type { GroupStore } from "../store.ts";
import type { LeaveAnswer, Leaver } from "../types.ts";
import type { Looker } from "./look.ts";

type Deps = {
  readonly store: GroupStore;
  readonly looker: Looker;
  readonly hosting: Hosting;
  readonly snapshots: Snapshots;
};

export class Leaving {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** One answer per leaver, in their order. */
  async leave(known: KnownGroup, leavers: readonly Leaver[]): Promise<readonly LeaveAnswer[]> {
    const answers: LeaveAnswer[] = [];
    for (const leaver of leavers)
      answers.push(
        await this.#leaveOne(known, leaver).then(
          (): LeaveAnswer => ({ kind: "left" }),
          (error): LeaveAnswer => {
            if (error instanceof CumulogError) return { kind: "failed", error };
            throw error;
          },
        ),
      );
    const state = await this.#deps.looker.lookAtMembers(known);
    if (isOfConsumers(state)) await this.#deps.snapshots.take(known);
    known.wake();
    return answers;
  }

  async #leaveOne(known: KnownGroup, leaver: Leaver): Promise<void> {
    if ((await this.#deps.hosting.leave(known, leaver)) === "left") return;
    const { memberId, instanceId } = leaver;
    const itemKey = groupMemberKey(known.id, memberKeyOf(memberId, instanceId));
    // An operator names a static member by its instance alone.
    const isByInstance = memberId === "" && instanceId !== undefined;
    const result = await this.#deps.store.delete(
      itemKey,
      isByInstance ? [{ kind: "itemExists" }] : isMember(memberId),
    );
    if (result.kind === "applied") return;
    const there = result.current?.["memberId"];
    checkMember(known.id, leaver, typeof there === "string" ? there : undefined);
  }
}
