/**
 * Everything that is wrong with a round, in words: by the checker that judges the simulator's histories too, and by the
 * order in which each connection sent.
 */
import { checkHistory } from "../sim/checker/index.ts";
import { findDisorder } from "./order.ts";
import type { RoundResult } from "./round.ts";

/** Broken promises; none when all is well. */
export function judge({ history, problems }: RoundResult): readonly string[] {
  return [
    ...problems,
    ...checkHistory(history).map(({ invariant, message }) => `${invariant}: ${message}`),
    ...findDisorder(history).map(line => `order: ${line}`),
  ];
}
