/**
 * Groups of kind consumer as operators see them.
 */
import { checkGroupId } from "../admission.ts";
import { GroupUnavailable, UnknownGroup } from "../errors.ts";
import type { KnownGroups } from "../known.ts";
import type { GroupStore } from "../store.ts";
import { isSame, noPartitions } from "./partitions.ts";
import type { Targets } from "./target.ts";
import type { DescribedConsumer, DescribedConsumerGroup } from "./types.ts";

type Deps = { readonly store: GroupStore; readonly known: KnownGroups; readonly targets: Targets };

const attemptsMax = 5;

export class ConsumerReports {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** One group with its members. Throws UnknownGroup, InvalidGroupId, GroupUnavailable. */
  async describe(group: string): Promise<DescribedConsumerGroup> {
    checkGroupId(group);
    const { store, known, targets } = this.#deps;
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      const state = await store.readState(group, { consistent: true });
      if (state === undefined || state.kind !== "consumer" || state.phase === "dead")
        throw new UnknownGroup(`there is no group "${group}" of kind consumer`);
      const target = await targets.targetOf(known.of(group), state);
      if (target === undefined) continue;
      const members = await store.readConsumers(group);
      const described = [...members].map(
        ([key, { beat: _, previousEpoch: __, sessionMs: ___, protocols, ...member }]): DescribedConsumer => ({
          ...member,
          isHosted: protocols !== undefined,
          target: target.get(key) ?? noPartitions,
        }),
      );
      return {
        group,
        phase: state.phase,
        epoch: state.generation,
        assignor: state.assignor ?? "",
        isReconciling: described.some(each => !isSame(each.assigned, each.target)),
        members: described,
      };
    }
    throw new GroupUnavailable(`group ${group} changes faster than it can be read`);
  }
}
