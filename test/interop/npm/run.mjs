/**
 * What the programs of the npm clients share: the job, the features one after the other, and a line of JSON for each.
 * A feature passes when its function returns; `lacks` says that the client has no such thing.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** Only against hanging: the next feature has its turn even so. */
const featureMsMax = 180_000;

export const job = JSON.parse(readFileSync(process.argv.at(-1), "utf8"));
export const { bootstrap, fixture, prefix } = job;

/** Packages come from where the harness put them. */
export function requireInstalled(name) {
  return createRequire(join(job.modules, "package.json"))(name);
}

export const largeValue = Buffer.from(fixture.largeValue, "base64");
export const tooLargeValue = Buffer.alloc(fixture.tooLargeBytes, "x");

/** Bytes, or null. */
export function bytes(base64) {
  return base64 === null ? null : Buffer.from(base64, "base64");
}

/** The client has no such thing. */
export function lacks(why) {
  return { kind: "not run", detail: why };
}

/** A record as fixture.ts writes it; `headers` are pairs of a name and bytes. */
export function lineOf(offset, timestamp, key, value, headers) {
  const text = part => (part === null || part === undefined ? "-" : part.toString("base64"));
  const pairs = headers.map(([name, each]) => `${name}=${each.toString("base64")}`);
  return [offset, timestamp, text(key), text(value), ...pairs].join("|");
}

/** Throws with the first line that is not as it was written. */
export function sameLines(lines, what, expected = fixture.lines) {
  const at = expected.findIndex((line, i) => line !== lines[i]);
  if (at >= 0)
    throw new Error(
      `${what} record ${at}: ${String(lines[at]).slice(0, 80)}, not ${expected[at].slice(0, 80)}`,
    );
  assert.equal(lines.length, expected.length, `${what}: records`);
}

/** Runs `act`, which has to fail with a name of Kafka's protocol in what it says. */
export async function refused(act, name) {
  let said;
  try {
    said = `no error, but ${JSON.stringify(await act(), (_, v) => (typeof v === "bigint" ? `${v}` : v))}`;
  } catch (error) {
    said = everythingOf(error);
  }
  if (!said.includes(name)) throw new Error(`not ${name}: ${said.slice(0, 300)}`);
}

/** Runs the features of this job and says what became of each. */
export async function run(features, close) {
  for (const [feature, act] of Object.entries(features)) {
    if (!job.features.includes(feature)) continue;
    const said = await outcome(act);
    process.stdout.write(`${JSON.stringify({ feature, ...said })}\n`);
  }
  await Promise.race([close(), pause(2_000)]);
  process.exit(0);
}

async function outcome(act) {
  const late = new AbortController();
  try {
    const hang = pause(featureMsMax, undefined, { signal: late.signal }).then(() => {
      throw new Error(`nothing within ${featureMsMax} ms`);
    });
    const said = await Promise.race([act(), hang.catch(rethrowUnlessAborted)]);
    return said?.kind ? said : { kind: "pass", detail: "" };
  } catch (error) {
    return { kind: "fail", detail: everythingOf(error).slice(0, 400) };
  } finally {
    late.abort();
  }
}

function rethrowUnlessAborted(error) {
  if (error.name !== "AbortError") throw error;
}

/** Clients hide the reason in causes and lists. */
function everythingOf(error) {
  const parts = (error?.partitions ?? []).map(part => part.error);
  const inner = [error?.cause, ...(error?.errors ?? []), ...parts].filter(Boolean).map(everythingOf);
  const own = [error?.message, error?.type, error?.apiId, error?.code].filter(Boolean).join(" ");
  return [own, ...inner].join("; ");
}
