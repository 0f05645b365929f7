/**
 * A bucket is swept for one table: what another one refers to is rubbish to it. The owner is written down in the bucket, by name and
 * with the id of its log, so that neither a restored table nor an empty one of the same name deletes by mistake.
 */
import { ownerObjectKey, ownerObjectPrefix } from "../../format/index.ts";
import { textOf, utf8 } from "../../std/index.ts";
import type { Budget } from "../upkeep/index.ts";
import { SweepRefused } from "./errors.ts";
import type { SweepDeps } from "./types.ts";

/** Whether the bucket is this table's; false: nobody's. Throws SweepRefused when it is another's. */
export async function ownsBucket(deps: SweepDeps, table: string, budget: Budget): Promise<boolean> {
  const { objects } = await budget.call(() => deps.objects.list(ownerObjectPrefix));
  const own = ownerObjectKey(table);
  const other = objects.find(({ key }) => key !== own);
  if (other !== undefined)
    throw new SweepRefused(
      `the bucket belongs to ${other.key.slice(ownerObjectPrefix.length)}, not to ${table}: ` +
        `if that table is past use, delete the object ${other.key}`,
    );
  if (objects.length === 0) return false;
  const found = await budget.call(() => deps.objects.get(own));
  const id = found.kind === "found" ? textOf(found.bytes) : "";
  const ownId = await deps.cluster.id();
  if (id !== ownId)
    throw new SweepRefused(`the bucket belongs to the log ${id} in a table ${table}; this one is ${ownId}`);
  return true;
}

/** Writes the owner down, and looks again: of two tables that do so at once neither sweeps. */
export async function takeBucket(deps: SweepDeps, table: string, budget: Budget): Promise<void> {
  const id = utf8(await deps.cluster.id());
  await budget.call(() => deps.objects.put(ownerObjectKey(table), [id]));
  await ownsBucket(deps, table, budget);
}
