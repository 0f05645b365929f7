/**
 * Rows of a contract that the store behind an adapter gets wrong, where nobody here can mend it: an emulator's mistakes. Such
 * a row is run like any other and must fail, so that the list stays true; a name that fits no row is a failure, too.
 */
import { beforeAll, type RunnerTestCase, type RunnerTestSuite } from "vitest";

/** `group > title` of a row, and why it goes wrong. */
export type KnownWrong = Readonly<Record<string, string>>;

declare module "vitest" {
  interface TaskMeta {
    /** Why this row is known to go wrong. */
    knownWrong?: string;
  }
}

/** Expects the listed rows of the suite that is being described to fail. */
export function expectKnownWrong(knownWrong: KnownWrong): void {
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads what a hook wants of its first argument from its text.
  beforeAll(({}, suite) => {
    const rows = rowsOf(suite);
    for (const [name, reason] of Object.entries(knownWrong)) {
      const row = rows.get(name);
      if (row === undefined) throw new Error(`known to be wrong, and not there: ${name}`);
      row.fails = true;
      row.meta.knownWrong = reason;
    }
  });
}

function rowsOf(suite: Readonly<RunnerTestSuite>, path = ""): ReadonlyMap<string, RunnerTestCase> {
  const rows = new Map<string, RunnerTestCase>();
  for (const task of suite.tasks) {
    const name = path === "" ? task.name : `${path} > ${task.name}`;
    if (task.type === "test") rows.set(name, task);
    else for (const [inner, row] of rowsOf(task, name)) rows.set(inner, row);
  }
  return rows;
}
