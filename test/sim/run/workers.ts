/**
 * Shares units out to processes: each takes the next when it is done with one, so that nobody waits for the slow.
 */
import { type ChildProcess, fork } from "node:child_process";
import { Totals, type TotalsData } from "./totals.ts";
import { runUnit, type Unit } from "./units.ts";

/** Runs units one after another in this process. */
export async function runHere(units: readonly Unit[], onUnit: (totals: Totals) => void): Promise<Totals> {
  const totals = new Totals();
  for (const unit of units) {
    await runUnit(unit, {}, (name, replay, result) => totals.add(name, replay, result));
    onUnit(totals);
  }
  return totals;
}

/** Runs units in `jobs` processes. A process that dies fails the run. */
export async function runInWorkers(
  units: readonly Unit[],
  jobs: number,
  onUnit: (totals: Totals) => void,
): Promise<Totals> {
  const totals = new Totals();
  const waiting = [...units];
  await Promise.all(
    Array.from({ length: Math.min(jobs, units.length) }, () => {
      const child = fork(new URL("./worker.ts", import.meta.url), {
        stdio: ["ignore", "inherit", "inherit", "ipc"],
      });
      return feed(child, waiting, data => {
        totals.merge(data);
        onUnit(totals);
      });
    }),
  );
  return totals;
}

/** Units are so small that several go to a process at once. */
const unitsAtOnce = 4;

function feed(child: ChildProcess, waiting: Unit[], onDone: (data: TotalsData) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const next = (): void => {
      const units = waiting.splice(0, unitsAtOnce);
      if (units.length > 0) child.send(units);
      else child.disconnect();
    };
    child.on("message", message => {
      onDone(message as TotalsData);
      next();
    });
    child.on("error", reject);
    child.on("exit", code => {
      if (code === 0) resolve();
      else reject(new Error(`a worker of the simulator ended with ${code}`));
    });
    next();
  });
}
