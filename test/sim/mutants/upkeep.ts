/** Mutants of what the log does for itself: compaction, merges, compaction by key, retention, sweep. */
import type { Mutant } from "../mutate/mutant.ts";
import { announcedNotWithdrawn } from "./announced-not-withdrawn.ts";
import { emptyListingTrusted } from "./empty-listing-trusted.ts";
import { frontierWithoutFloor } from "./frontier-without-floor.ts";
import { innerPagesFirst } from "./inner-pages-first.ts";
import { lastValueSuperseded } from "./last-value-superseded.ts";
import { linkWithoutFloor } from "./link-without-floor.ts";
import { logFloorNotRaised } from "./log-floor-not-raised.ts";
import { lostWithoutQuarantine } from "./lost-without-quarantine.ts";
import { pagesDroppedAboveFrontier } from "./pages-dropped-above-frontier.ts";
import { quarantineNotReferenced } from "./quarantine-not-referenced.ts";
import { tombstonesAtOnce } from "./tombstones-at-once.ts";

export const upkeepMutants: readonly Mutant[] = [
  frontierWithoutFloor,
  emptyListingTrusted,
  announcedNotWithdrawn,
  linkWithoutFloor,
  innerPagesFirst,
  pagesDroppedAboveFrontier,
  lastValueSuperseded,
  tombstonesAtOnce,
  quarantineNotReferenced,
  lostWithoutQuarantine,
  logFloorNotRaised,
];
