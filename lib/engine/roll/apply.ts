/**
 * Carries a roll out: all pages first, each only if it is not there yet, then the removal by name. A roller that stops
 * anywhere leaves facts twice, never missing. Several rollers at once write overlapping, equal facts.
 */
import { committedPageItem, removeEntriesUpdate, type SequencerImage } from "../../format/items/index.ts";
import { type DeadlineMs, repeating } from "../retry.ts";
import type { Shard } from "../sequencer/index.ts";
import type { EngineDeps } from "../types.ts";
import { chooseRoll } from "./choose.ts";

/** Rolls the entries of this image. Throws when the stores fail until the deadline; nothing is lost then. */
export async function applyRoll(
  deps: Pick<EngineDeps, "items" | "clock" | "random" | "telemetry">,
  shard: Shard,
  image: SequencerImage,
  deadlineMs: DeadlineMs,
): Promise<void> {
  const plan = chooseRoll(image);
  await Promise.all(
    plan.pages.map(({ partition, page }) =>
      repeating(deps, deadlineMs, () =>
        // Refused means that a page with this end is there: its facts are the same, wherever it begins.
        deps.items.put(committedPageItem(shard.topicId, partition, page), [{ kind: "itemAbsent" }]),
      ),
    ),
  );
  const { update, condition } = removeEntriesUpdate(plan.remove);
  const result = await repeating(deps, deadlineMs, () => deps.items.update(shard.key, update, condition));
  if (result.kind === "applied") shard.learn(result.attributes);
  deps.telemetry.count("cumulog_rolls_total");
}
