/** Runs the trials of groups with a client, several at a time: most of a trial is waiting. */
import { messageOf } from "../../../lib/std/index.ts";
import type { Feature, GroupFeature } from "../features.ts";
import { fail, notRun, type Outcome, pass } from "../outcomes.ts";
import type { RunningServer } from "../server.ts";
import type { GroupAbility, MemberClient } from "./clients.ts";
import { GroupTrial } from "./trial.ts";
import { trials } from "./trials.ts";

/** A client whose groups are tried. */
export type GroupClient = {
  readonly name: string;
  readonly client: MemberClient;
  readonly abilities: readonly GroupAbility[];
  /** Where the outcomes go. */
  readonly outcomes: Map<Feature, Outcome>;
};

/** What it takes, and what is said of a client without it. */
const needs: Partial<Record<GroupFeature, readonly [GroupAbility, string]>> = {
  "group-cooperative": ["cooperative", "it rebalances eagerly only"],
  "group-static": ["static", "it has no static members"],
  "group-fenced": ["fenced", "it has no static members, or joins again when it is fenced"],
  "group-consumer": ["consumer", "it has the classic protocol only"],
  "group-migrates": ["consumer", "it has the classic protocol only"],
  "group-migrates-cooperative": [
    "upgradable",
    "its cooperative assignor keeps bytes of its own in assignments",
  ],
};

/** These trials with all clients, so many at a time. */
export async function runGroupTrials(
  server: RunningServer,
  clients: readonly GroupClient[],
  { features, atOnce }: { readonly features: readonly GroupFeature[]; readonly atOnce: number },
): Promise<void> {
  const waiting = clients.flatMap(client => features.map(feature => ({ client, feature })));
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { client, feature } = next;
      client.outcomes.set(feature, await tryFeature(server, client, feature));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

async function tryFeature(
  server: RunningServer,
  { name, client, abilities }: GroupClient,
  feature: GroupFeature,
): Promise<Outcome> {
  const [ability, why] = needs[feature] ?? [];
  if (ability !== undefined && !abilities.includes(ability)) return notRun(why ?? ability);
  const topic = `${name}-${feature}`;
  const trial = await GroupTrial.start({ server, client }, { name: topic, spec: trials[feature].spec });
  const startMs = performance.now();
  try {
    await trials[feature].run(trial);
    return pass;
  } catch (error) {
    return fail(messageOf(error).slice(0, 900));
  } finally {
    await trial.crew.close();
    process.stderr.write(`${topic}: ${((performance.now() - startMs) / 1000).toFixed(0)} s\n`);
  }
}
