/** What is tried with members of one client. Every trial is the same for all of them. */
import type { GroupFeature } from "../features.ts";
import type { Member, MemberSpec } from "./member.ts";
import { type GroupTrial, shortSessionMs } from "./trial.ts";

type Trial = {
  /** How its members differ from others. */
  readonly spec: Partial<MemberSpec>;
  readonly run: (trial: GroupTrial) => Promise<void>;
};

/** THE list of trials. */
export const trials: Readonly<Record<GroupFeature, Trial>> = {
  group: { spec: {}, run: goesOn },
  "group-changes": { spec: {}, run: comeAndGo },
  "group-cooperative": { spec: { strategy: "cooperative" }, run: cooperate },
  "group-static": { spec: {}, run: comeBack },
  "group-fenced": { spec: {}, run: takePlace },
  "group-consumer": { spec: { protocol: "consumer" }, run: comeAndGo },
  "group-migrates": { spec: {}, run: migrate },
  "group-migrates-cooperative": { spec: { strategy: "cooperative" }, run: migrate },
};

/** The second run of a group reads what the first did not: nothing twice, nothing missing. */
async function goesOn(trial: GroupTrial): Promise<void> {
  const { crew } = trial;
  await trial.append();
  const first = crew.join("the first");
  await trial.readsAll(first);
  await trial.committed([first]);
  await left(trial, first);
  const second = crew.join("the second");
  await trial.readOnce([second]);
}

/** Three join one by one, one is killed, one leaves; each time all partitions have one owner, and offsets survive. */
async function comeAndGo(trial: GroupTrial): Promise<void> {
  const { crew } = trial;
  const stays = crew.join("stays");
  await trial.balanced([stays]);
  await trial.readOnce([stays]);
  const leaves = crew.join("leaves");
  await trial.balanced([stays, leaves]);
  await trial.readOnce([stays, leaves]);
  const killed = crew.join("killed", { sessionMs: shortSessionMs });
  await trial.balanced([stays, leaves, killed]);
  await trial.readOnce([stays, leaves, killed]);
  killed.kill();
  await trial.balanced([stays, leaves]);
  await trial.readOnce([stays, leaves]);
  // Its session is longer than anybody waits here: only that it says so makes room.
  await left(trial, leaves);
  await trial.balanced([stays]);
  await trial.readOnce([stays]);
}

/** A member keeps what it will own afterwards all along: it gives up no more than what goes to the other. */
async function cooperate(trial: GroupTrial): Promise<void> {
  const { crew } = trial;
  const first = crew.join("first");
  await trial.balanced([first]);
  await trial.readOnce([first]);
  const second = crew.join("second");
  await trial.balanced([first, second]);
  await trial.readOnce([first, second]);
  const fewest = Math.min(...first.events.map(each => (each.event === "owns" ? each.partitions.length : 6)));
  if (fewest < first.owned.length) throw new Error(`gave up what it keeps: ${crew.describe()}`);
  await left(trial, second);
  await trial.balanced([first]);
  await trial.readOnce([first]);
}

/** A static member that comes back in time has its partitions, and nobody noticed. */
async function comeBack(trial: GroupTrial): Promise<void> {
  const { crew } = trial;
  const other = crew.join("other", { instance: "one" });
  await trial.balanced([other]);
  const before = crew.join("before", { instance: "two" });
  await trial.balanced([other, before]);
  await trial.readOnce([other, before]);
  const owned = [...before.owned].sort();
  const changes = changesOf(other);
  before.kill();
  await crew.until("killed", () => before.hasEnded);
  const back = crew.join("back", { instance: "two" });
  await trial.balanced([other, back]);
  await trial.readOnce([other, back]);
  if ([...back.owned].sort().join() !== owned.join()) throw new Error(`not [${owned}]: ${crew.describe()}`);
  if (changesOf(other) !== changes) throw new Error(`the other was disturbed: ${crew.describe()}`);
}

/** Another member of the same name takes the place of the first. */
async function takePlace(trial: GroupTrial): Promise<void> {
  const { crew } = trial;
  const first = crew.join("first", { instance: "one" });
  await trial.balanced([first]);
  await trial.readOnce([first]);
  const other = crew.join("other", { instance: "one" });
  await trial.balanced([other]);
  // Some say it at once, some only when they are asked to do something.
  first.commit();
  await crew.until("the first is fenced", () => first.hasSaid("fenced") || first.hasEnded);
  if (!first.hasSaid("fenced")) throw new Error(`ended, and not as fenced: ${crew.describe()}`);
  first.kill();
  await trial.readOnce([other]);
}

/** Two of the classic protocol are replaced one by one by others of the newer, and those by classic ones again. */
async function migrate(trial: GroupTrial): Promise<void> {
  const { crew } = trial;
  let [first, second] = [crew.join("classic 1"), crew.join("classic 2")];
  await trial.balanced([first, second]);
  await trial.readOnce([first, second]);
  for (const [name, difference] of [
    ["newer", { protocol: "consumer", strategy: "default" }],
    ["classic again", {}],
  ] as const)
    for (const number of [1, 2]) {
      const next = crew.join(`${name} ${number}`, difference);
      // Both protocols in one group: each of its members reads what the others do not.
      await trial.balanced([first, second, next]);
      await trial.readOnce([first, second, next]);
      await left(trial, first);
      await trial.balanced([second, next]);
      await trial.readOnce([second, next]);
      [first, second] = [second, next];
    }
}

async function left({ crew }: GroupTrial, member: Member): Promise<void> {
  member.leave();
  await crew.until(`${member.name} left`, () => member.hasEnded);
}

function changesOf(member: Member): number {
  return member.events.filter(({ event }) => event === "owns" || event === "revoked").length;
}
