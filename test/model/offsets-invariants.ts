/** What must hold in every state of the offsets model, and what once nothing more can happen. */
import type { Invariant } from "./checker.ts";
import type { OffsetInvariant } from "./offsets.ts";
import { generationOf, type State, shown, type World } from "./offsets-state.ts";

type AtRest = "I12 a commit comes to an end";

/** Held by every state. */
export function offsetInvariants(world: World): Record<Exclude<OffsetInvariant, AtRest>, Invariant<State>> {
  return {
    "I9 what was acknowledged stays": state => undone(world, state),
    "I9 nothing older lands once the owner was told": state => late(world, state),
    "I9 a deleted group's offsets are void": revived,
  };
}

/** Held when nothing more can happen. */
export const offsetInvariantsAtRest: Record<AtRest, Invariant<State>> = {
  "I12 a commit comes to an end": ({ requests, members }) =>
    requests.length > 0 || members.some(({ phase, waiting }) => phase !== "told" || waiting !== 0)
      ? "somebody still waits"
      : undefined,
};

/** Later commits are larger, those of later generations above all. */
function undone(world: World, state: State): string | undefined {
  const committed = world.committed(state);
  if (committed >= state.acknowledged) return undefined;
  return `${shown(state.acknowledged)} was acknowledged, and ${shown(committed)} is there`;
}

/** Of the owner of the present generation, who goes on from what it was told. */
function late(world: World, state: State): string | undefined {
  const { members, generation } = state;
  const owner = members[generation - 1];
  const committed = world.committed(state);
  if (owner?.phase !== "told" || committed === owner.told || generationOf(committed) >= generation)
    return undefined;
  return `the owner of generation ${generation} was told ${shown(owner.told)}, and ${shown(committed)} is there`;
}

function revived({ members, born }: State): string | undefined {
  const wrong = members
    .slice(Math.max(0, born - 1))
    .find(({ phase, told }) => phase === "told" && told !== 0 && generationOf(told) < born);
  return wrong && `${shown(wrong.told)} was told in a group that was born at generation ${born}`;
}
