/**
 * A process that runs the units it is sent and answers with what came of them.
 */
import type { Unit } from "./units.ts";
import { runHere } from "./workers.ts";

process.on("message", async message => {
  const totals = await runHere(message as readonly Unit[], () => undefined);
  process.send?.(totals.toData());
});
