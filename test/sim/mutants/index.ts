/** All mutants, in the order of the engine: append, roll, read, topics, groups; then the local adapter. */

import type { Mutant } from "../mutate/mutant.ts";
import { acknowledgeBeforeSync } from "./acknowledge-before-sync.ts";
import { activeBeforeSequencers } from "./active-before-sequencers.ts";
import { barrierAsleep } from "./barrier-asleep.ts";
import { bornForgotten } from "./born-forgotten.ts";
import { claimNotConfirmed } from "./claim-not-confirmed.ts";
import { claimsNotLookedAt } from "./claims-not-looked-at.ts";
import { commitBeforePut } from "./commit-before-put.ts";
import { commitOfAnyEpoch } from "./commit-of-any-epoch.ts";
import { commitOfAnyGeneration } from "./commit-of-any-generation.ts";
import { commitsOutOfOrder } from "./commits-out-of-order.ts";
import { deletionWithoutSeal } from "./deletion-without-seal.ts";
import { duplicatesForgotten } from "./duplicates-forgotten.ts";
import { epochNotFenced } from "./epoch-not-fenced.ts";
import { expiredByWallClock } from "./expired-by-wall-clock.ts";
import { expiredWhileBeating } from "./expired-while-beating.ts";
import { fenceNotExpected } from "./fence-not-expected.ts";
import { floorNotExpected } from "./floor-not-expected.ts";
import { floorNotInherited } from "./floor-not-inherited.ts";
import { floorsNotRaised } from "./floors-not-raised.ts";
import { foldSkipsGap } from "./fold-skips-gap.ts";
import { forgottenByOwnClock } from "./forgotten-by-own-clock.ts";
import { forgottenBySegmentTime } from "./forgotten-by-segment-time.ts";
import { gapFromStaleFold } from "./gap-from-stale-fold.ts";
import { givenUpByStaleCall } from "./given-up-by-stale-call.ts";
import { givenUpUnasked } from "./given-up-unasked.ts";
import { groupReadEventually } from "./group-read-eventually.ts";
import { instanceWithoutStamp } from "./instance-without-stamp.ts";
import { itemReadOnce } from "./item-read-once.ts";
import { lookUpBeginsLate } from "./look-up-begins-late.ts";
import { membersReadEventually } from "./members-read-eventually.ts";
import { noneFromFailedRead } from "./none-from-failed-read.ts";
import { offsetsFromStaleImage } from "./offsets-from-stale-image.ts";
import { offsetsListedEventually } from "./offsets-listed-eventually.ts";
import { offsetsNotStamped } from "./offsets-not-stamped.ts";
import { offsetsWithoutVersion } from "./offsets-without-version.ts";
import { outOfRangeFromStaleRead } from "./out-of-range-from-stale-read.ts";
import { overtakenCallCommits } from "./overtaken-call-commits.ts";
import { pageNotCovering } from "./page-not-covering.ts";
import { pagesNotReferenced } from "./pages-not-referenced.ts";
import { partitionNotExpected } from "./partition-not-expected.ts";
import { producersNeverForgotten } from "./producers-never-forgotten.ts";
import { removalBeforePages } from "./removal-before-pages.ts";
import { replacedNotFenced } from "./replaced-not-fenced.ts";
import { retryWithoutFence } from "./retry-without-fence.ts";
import { retryWithoutLookUp } from "./retry-without-look-up.ts";
import { retryWithoutOwnEntry } from "./retry-without-own-entry.ts";
import { rollOfASubset } from "./roll-of-a-subset.ts";
import { rosterNotChecked } from "./roster-not-checked.ts";
import { sameIdTwice } from "./same-id-twice.ts";
import { sealNotExpected } from "./seal-not-expected.ts";
import { sequenceNotChecked } from "./sequence-not-checked.ts";
import { stampNotHeeded } from "./stamp-not-heeded.ts";
import { stateWithoutVersion } from "./state-without-version.ts";
import { staticsByGeneration } from "./statics-by-generation.ts";
import { takeoverKeepsVersion } from "./takeover-keeps-version.ts";
import { topicsListedBeforeFloor } from "./topics-listed-before-floor.ts";
import { unknownIsFailure } from "./unknown-is-failure.ts";
import { unknownProducerAppended } from "./unknown-producer-appended.ts";
import { unknownTopicFromStaleRead } from "./unknown-topic-from-stale-read.ts";
import { upkeepMutants } from "./upkeep.ts";
import { watcherAsleep } from "./watcher-asleep.ts";
import { watermarkGoesBack } from "./watermark-goes-back.ts";

export const mutants: readonly Mutant[] = [
  commitBeforePut,
  retryWithoutFence,
  retryWithoutLookUp,
  retryWithoutOwnEntry,
  sameIdTwice,
  lookUpBeginsLate,
  unknownIsFailure,
  offsetsFromStaleImage,
  commitsOutOfOrder,
  sequenceNotChecked,
  duplicatesForgotten,
  epochNotFenced,
  partitionNotExpected,
  gapFromStaleFold,
  foldSkipsGap,
  unknownProducerAppended,
  producersNeverForgotten,
  forgottenByOwnClock,
  forgottenBySegmentTime,
  floorNotExpected,
  fenceNotExpected,
  sealNotExpected,
  rollOfASubset,
  removalBeforePages,
  pageNotCovering,
  outOfRangeFromStaleRead,
  watermarkGoesBack,
  offsetsListedEventually,
  unknownTopicFromStaleRead,
  floorNotInherited,
  deletionWithoutSeal,
  activeBeforeSequencers,
  floorsNotRaised,
  topicsListedBeforeFloor,
  pagesNotReferenced,
  ...upkeepMutants,
  itemReadOnce,
  watcherAsleep,
  commitOfAnyGeneration,
  stampNotHeeded,
  staticsByGeneration,
  offsetsNotStamped,
  offsetsWithoutVersion,
  noneFromFailedRead,
  groupReadEventually,
  stateWithoutVersion,
  rosterNotChecked,
  replacedNotFenced,
  expiredByWallClock,
  expiredWhileBeating,
  barrierAsleep,
  acknowledgeBeforeSync,
  claimNotConfirmed,
  claimsNotLookedAt,
  givenUpUnasked,
  givenUpByStaleCall,
  membersReadEventually,
  commitOfAnyEpoch,
  takeoverKeepsVersion,
  bornForgotten,
  instanceWithoutStamp,
  overtakenCallCommits,
];
