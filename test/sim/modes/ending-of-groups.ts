/**
 * How a run of groups ends (I12): faults stop, and in bounded time everybody who is there stands in one stable generation, the
 * dead are out, and nothing is left of earlier generations. Then nothing may fail any more, whatever clocks say.
 */
import type { Crew } from "../actors/crew.ts";
import { recordsEach } from "../actors/fill.ts";
import { type Stage, stepsMax } from "../actors/stage.ts";
import { killed } from "../world/process.ts";
import { chooseOk } from "../world/world.ts";

/**
 * A process that was just started looks on for a session and a third, and looks thrice a session; a member may have overslept
 * for four sessions, and then a barrier waits for those who do not come. Twice, ms.
 */
const settlingMs = 200_000;
/** An instance whose user vanished is given up by its group after this time, ms. */
const instanceMs = 420_000;
/** A call that came late comes within this time, ms. */
export const lateMsMax = 130_000;
/** One that is slow there and back, ms. */
export const slowMsMax = 65_000;
/** Several sessions. */
const stableMs = 60_000;
const jumpMs = 4_000;

export async function endOfGroups(
  stage: Stage,
  crews: readonly Crew[],
  { lateMs }: { readonly lateMs: number },
): Promise<void> {
  const { world } = stage;
  stage.isOver = true;
  stage.throttling = 0;
  world.choose = chooseOk;
  world.note(() => "faults stop");
  for (const life of world.lives) world.thaw(life);
  for (const process of stage.processes) if (world.life(process).isDead) world.start(process);
  await settled(stage, crews, "after faults had stopped");
  if (lateMs > 0) await pass(stage, lateMs);
  for (const crew of crews) crew.change();
  await pass(stage, 10_000);
  if (!(await settled(stage, crews, "after one more change"))) return;
  for (const crew of crews) if (!crew.isClassic) await checkConsumed(stage, crew);
  // Whoever was to leave may have taken its time.
  if (!(await settled(stage, crews, "after all was consumed"))) return;
  for (const crew of crews) await checkItems(stage, crew);
  world.history.final();
  const before = crews.map(generationOf);
  await jump(stage);
  if (crews.some((crew, i) => !stands(stage, crew) || generationOf(crew) !== before[i]))
    broken(stage, "I12", `a group did not stay as it was: ${crews.map(show).join("; ")}`);
  for (const { members } of crews) for (const member of members) member.die();
  const untilMs = world.scheduler.nowMs + settlingMs;
  if (!(await world.scheduler.runUntil(() => stage.isQuiet, { untilMs, stepsMax })))
    broken(stage, "I12", `not answered ${settlingMs} ms after faults had stopped: ${stage.unfinished()}`);
}

async function settled(stage: Stage, crews: readonly Crew[], when: string): Promise<boolean> {
  const { scheduler } = stage.world;
  const hasInstances = crews.some(({ options }) => options.faces.includes("instance"));
  const untilMs = scheduler.nowMs + settlingMs + (hasInstances ? instanceMs : 0);
  const isSettled = (): boolean => {
    // The last one may have been on its way out.
    for (const crew of crews) crew.settle();
    return crews.every(crew => stands(stage, crew));
  };
  if (await scheduler.runUntil(isSettled, { untilMs, stepsMax })) return true;
  broken(stage, "I12", `minutes ${when} there is no stable group: ${crews.map(show).join("; ")}`);
  return false;
}

/** Everybody in one generation, and every partition somebody's. */
function stands(stage: Stage, crew: Crew): boolean {
  const standings = crew.members.map(({ standing }) => standing);
  // Which epoch it is in, only an instance knows.
  const generations = crew.members.flatMap(({ id, standing }) => (id === "" ? [] : [standing?.generation]));
  const owned = standings.flatMap(standing => standing?.owned ?? []);
  return (
    standings.length > 0 &&
    standings.every(standing => standing !== undefined) &&
    new Set(generations).size <= 1 &&
    owned.length === crew.options.partitions &&
    new Set(owned).size === owned.length &&
    (crew.isClassic || isAtRest(stage, crew, generations))
  );
}

/** Of kind consumer: the dead are out, and those who are there have come to the epoch of the group. */
function isAtRest(stage: Stage, crew: Crew, generations: readonly (number | undefined)[]): boolean {
  const state = stage.world.memoryItems.peek({ pk: `G#${crew.options.group}`, sk: "state" });
  return (
    generations.every(each => each === state?.["generation"]) &&
    membersIn(stage, crew).length === crew.members.length
  );
}

/** What must stay as it is: the epochs of KIP-848 too. */
function generationOf({ members }: Crew): string {
  return members.map(({ standing }) => standing?.generation).join();
}

function show({ members, options }: Crew): string {
  const each = members.map(({ id, standing }) => `${id || "nobody"} ${JSON.stringify(standing ?? "none")}`);
  return `${options.group}: ${each.join(", ")}`;
}

function itemsOf({ world }: Stage, { options: { group } }: Crew) {
  return world.memoryItems.snapshot().filter(({ pk }) => pk === `G#${group}`);
}

function membersIn(stage: Stage, crew: Crew) {
  return itemsOf(stage, crew)
    .filter(({ sk }) => sk.startsWith("m#"))
    .map(({ attributes }) => attributes["memberId"]);
}

/** Who is dead is out; what belonged to generations that are over is gone (I11). */
async function checkItems(stage: Stage, crew: Crew): Promise<void> {
  const { members, isClassic } = crew;
  const { group } = crew.options;
  const { world } = stage;
  const items = itemsOf(stage, crew);
  const there = membersIn(stage, crew);
  const living = members.map(({ id }) => id);
  // Who an instance is in its group, only that knows.
  const isKnown = !living.includes("");
  const dead = isKnown ? there.filter(id => typeof id === "string" && !living.includes(id)) : [];
  if (dead.length > 0 || there.length !== living.length)
    broken(stage, "I12", `group ${group} has ${there.join(", ")}; ${living.join(", ")} are alive`);
  const generation = items.find(({ sk }) => sk === "state")?.attributes["generation"];
  const old = items.filter(({ sk }) => sk.startsWith("p#") && Number(sk.split("#")[1]) < Number(generation));
  if (old.length > 0)
    broken(
      stage,
      "I11",
      `group ${group} in generation ${generation} keeps ${old.map(({ sk }) => sk).join(", ")}`,
    );
  const life = world.lives[0];
  const described = await Promise.race([
    life?.run(
      async (): Promise<{ readonly phase: string; readonly members: readonly { memberId: string }[] }> =>
        isClassic ? life.engine.groups.describe(group) : life.engine.groups.describeConsumers(group),
    ),
    pass(stage, 5_000),
  ]);
  if (described === undefined || described === killed) {
    broken(stage, "I12", `group ${group} is not described`);
    return;
  }
  const listed = described.members.map(({ memberId }) => memberId);
  const isWhole = isKnown
    ? [...listed].sort().join() === [...living].sort().join()
    : listed.length === living.length;
  if (described.phase !== (isClassic ? "stable" : "assigned") || !isWhole)
    broken(stage, "I12", `group ${group} is described as ${described.phase} with ${listed.join(", ")}`);
}

/** Every record of every partition is consumed, as those who read it have committed. */
async function checkConsumed(stage: Stage, crew: Crew): Promise<void> {
  const { group, topic, partitions } = crew.options;
  const nobody = { group, memberId: "", generation: -1 };
  const all = Array.from({ length: partitions }, (_, i) => i);
  let left = "";
  for (let passedMs = 0; passedMs < settlingMs; passedMs += 2_000) {
    await pass(stage, 2_000);
    const life = stage.world.lives[0];
    const options = { isOwner: false, saysWho: false, patienceMs: 5_000 };
    const asking = life && crew.client.committed(life, nobody, topic, all, options);
    const heard = await Promise.race([asking, pass(stage, 5_000)]);
    if (!Array.isArray(heard)) continue;
    left = heard
      .filter(({ offset }) => offset < recordsEach)
      .map(({ partition, offset }) => `${partition} at ${offset}`)
      .join();
    if (left === "") return;
  }
  broken(stage, "I12", `group ${group} does not consume what is left: partitions ${left} of ${recordsEach}`);
}

/** Every clock jumps by minutes, to and fro: no member may be lost by that. */
async function jump(stage: Stage): Promise<void> {
  const { world } = stage;
  for (let passedMs = 0; passedMs < stableMs; passedMs += jumpMs) {
    for (const life of world.lives) life.clock.aheadMs = world.prng.between(-600_000, 600_000);
    await pass(stage, jumpMs);
  }
}

async function pass(stage: Stage, ms: number): Promise<undefined> {
  const { scheduler } = stage.world;
  await scheduler.runUntil(() => false, { untilMs: scheduler.nowMs + ms, stepsMax });
  return undefined;
}

function broken(stage: Stage, invariant: "I11" | "I12", message: string): void {
  stage.world.violated({ invariant, message });
}
