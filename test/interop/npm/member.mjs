/** What the members of the npm clients share: the spec, the orders on standard input, and a line of JSON for each event. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";

export const spec = JSON.parse(process.argv.at(-1));

/** Packages come from where the harness put them. */
export function requireInstalled(name) {
  return createRequire(join(spec.modules, "package.json"))(name);
}

export function say(event, more = {}) {
  process.stdout.write(`${JSON.stringify({ event, ...more })}\n`);
}

/** Says what is wrong, and that another has its place when that is it. */
export function sayFailed(error) {
  const why = everythingOf(error);
  say(/FENCED_INSTANCE_ID/.test(why) ? "fenced" : "failed", { why });
}

/** Calls `commit` and `leave` when told to. A closed input is the end of the harness, and of the member. */
export function obey({ commit, leave }) {
  const orders = createInterface({ input: process.stdin });
  orders.on("line", async order => {
    try {
      if (order === "commit") await commit().then(() => say("committed"));
      if (order === "leave") await leave().then(() => process.exit(0));
    } catch (error) {
      sayFailed(error);
    }
  });
  orders.on("close", () => process.exit(1));
}

function everythingOf(error) {
  const inner = [error?.cause, ...(error?.errors ?? [])].filter(Boolean).map(everythingOf);
  return [[error?.message, error?.type, error?.apiId].filter(Boolean).join(" "), ...inner]
    .join("; ")
    .slice(0, 300);
}
