/**
 * How every run ends: faults stop, and everything has to come right in bounded time (I12). First in the processes as
 * they are, so that nothing stays stuck in memory; then late calls arrive; then all processes are started anew, a sweep
 * cleans up, and a fresh reader reads every log from its beginning, for the checker to compare with what was said. Last of all
 * an fsck looks at everything that is stored.
 */
import type { Topic } from "../../../lib/engine/index.ts";
import { graceMs, type Stage, stageEngineOptions, stepsMax } from "../actors/stage.ts";
import { sweep, upkeepLimits } from "../actors/sweep.ts";
import type { LostRange } from "../checker/index.ts";
import { Audit } from "../world/audit.ts";
import { clientTimeMs } from "../world/client.ts";
import { unexplained } from "../world/findings.ts";
import { explainedBy, lostToDamage } from "../world/lost-ranges.ts";
import { killed, type Life } from "../world/process.ts";
import { worldStartMs } from "../world/process-clock.ts";
import type { Target } from "../world/requests.ts";
import { chooseOk } from "../world/world.ts";

/** Longer than any deadline of a request and what follows from it, ms. */
const endMsMax = 240_000;
/** A call that came late comes within this time, ms. */
const lateMsMax = 620_000;

/** Brings the run to its end. Answers false when it got stuck, which it reports. */
export async function end(stage: Stage): Promise<boolean> {
  const { world } = stage;
  stage.isOver = true;
  stage.throttling = 0;
  world.choose = chooseOk;
  world.note(() => "faults stop");
  for (const life of world.lives) world.thaw(life);
  for (const process of stage.processes) if (world.life(process).isDead) world.start(process);
  // A batch that its producer has given up is under way still.
  const isQuiet = (): boolean => stage.isQuiet && world.lives.every(({ appending }) => appending === 0);
  if (!(await run(stage, isQuiet, "what was asked before faults stopped is not answered"))) return false;
  world.history.final();
  for (const life of world.lives)
    if (!(await finish(stage, probe(stage, life), `probing ${life.name}`))) return false;
  if (
    !(await finish(stage, Promise.all(world.lives.map(life => drain(stage, life))), "draining all processes"))
  )
    return false;
  for (const life of world.lives) checkMemory(stage, life);
  await world.scheduler.runUntil(() => false, { untilMs: world.scheduler.nowMs + lateMsMax, stepsMax });
  for (const life of world.lives) world.kill(life, () => true);
  await world.scheduler.runUntil(() => false, { untilMs: world.scheduler.nowMs + graceMs + 1_000, stepsMax });
  // Whoever lists the topics finishes those that are half made or half gone: a sweep keeps what they refer to.
  const reader = world.start("reader");
  if (!(await finish(stage, meetTopics(stage, reader), "meeting the topics"))) return false;
  const lingering = new Set(world.faults.entries().length > 0 ? world.purged : []);
  const sweptBefore = await cleanUp(stage);
  const lost = lostToDamage(world, stage.logOf);
  for (const range of lost) world.history.damaged(range);
  if (!(await finish(stage, readEverything(stage, reader, lost), "reading everything"))) return false;
  new Audit(world, lingering).run(sweptBefore);
  return finish(stage, checkStores(stage, reader, lost, sweptBefore !== undefined), "the last fsck");
}

async function checkStores(
  { world }: Stage,
  life: Life,
  lost: readonly LostRange[],
  isSwept: boolean,
): Promise<void> {
  const report = await life.run(() => life.engine.fsck());
  if (report === killed) return;
  world.note(() => `fsck: ${JSON.stringify(report)}`);
  for (const violation of unexplained(report, isSwept, explainedBy(lost))) world.violated(violation);
}

async function run(stage: Stage, isDone: () => boolean, what: string): Promise<boolean> {
  const { world } = stage;
  const bounds = { untilMs: world.scheduler.nowMs + endMsMax, stepsMax };
  if (await world.scheduler.runUntil(isDone, bounds)) return true;
  world.violated({
    invariant: "I12",
    message: `${what} after ${Math.round(world.scheduler.nowMs - bounds.untilMs + endMsMax)} ms: ${stage.unfinished()}`,
  });
  return false;
}

async function finish(stage: Stage, work: Promise<unknown>, what: string): Promise<boolean> {
  let isDone = false;
  void work.then(() => {
    isDone = true;
  });
  return run(stage, () => isDone, `${what} did not end`);
}

/** Every partition of the stable topics takes a record, tells its end, and shows the record. */
async function probe(stage: Stage, life: Life): Promise<void> {
  const { client, world } = stage;
  for (const topic of stage.stable) {
    for (let partition = 0; partition < topic.partitions; partition++) {
      const target = { topic: topic.name, log: topic.name, partition };
      const key = topic.rules?.isCompact ? { key: "probe" } : {};
      const timestampMs = clientTimeMs(world);
      const batches = [[{ value: world.nextValue(), timestampMs, paddingBytes: 0, ...key }]];
      const answers = await client.append(life, [{ ...target, batches, isStamped: topic.isStamped }]);
      await client.offset(life, target, { kind: "latest" });
      const [answer] = answers ?? [];
      const offset = answer?.kind === "appended" ? answer.baseOffset : 0;
      await client.fetch(life, [{ ...target, offset, bytesMax: 1 }], oneByOne);
    }
  }
}

const oneByOne = { waitMsMax: 0, bytesMin: 1, bytesMax: 1 };

/** Settles a process, then drains it while it is written to and polled: both are answered, the poll before its time. */
async function drain(stage: Stage, life: Life): Promise<unknown> {
  const { client, world } = stage;
  await life.run(() => life.engine.settle());
  const [topic] = stage.stable;
  const target = { topic: topic?.name ?? "", log: topic?.name ?? "", partition: 0 };
  const key = topic?.rules?.isCompact ? { key: "drain" } : {};
  const batches = [[{ value: world.nextValue(), timestampMs: worldStartMs, paddingBytes: 0, ...key }]];
  const offset = (await client.offset(life, target, { kind: "earliest" })) ?? 0;
  const polled = [{ ...target, offset, bytesMax: 1 }];
  return Promise.all([
    client.append(life, [{ ...target, batches, isStamped: topic?.isStamped ?? false }]),
    client.fetch(life, polled, { waitMsMax: 2 * endMsMax, bytesMin: 2 ** 40, bytesMax: 2 ** 41 }),
    life.run(() => life.engine.drain()),
  ]);
}

/** What was answered is not held any more, and what is kept for readers has its bound. */
function checkMemory(stage: Stage, life: Life): void {
  const { appendBufferBytes, blockCacheBytes } = life.engine.memory;
  if (appendBufferBytes > 0 || blockCacheBytes > life.engine.options.blockCacheBytes)
    stage.world.violated({
      invariant: "I14",
      message: `${life.name} is at rest and holds ${appendBufferBytes} bytes of appends and ${blockCacheBytes} of ${life.engine.options.blockCacheBytes} for readers`,
    });
}

/**
 * A sweep that nothing disturbs, a purge of the topics that it has raised the floor over, and a sweep of what they left; the time
 * before which nothing unreferenced may be left.
 */
async function cleanUp(stage: Stage): Promise<number | undefined> {
  const { world } = stage;
  // A topic may have been deleted by a process whose clock was ahead: its purge waits for that time.
  world.leap(48 * 3_600_000);
  const life = world.start("sweeper", { engine: { sweep: { ...stageEngineOptions.sweep, graceMs: 500 } } });
  let before: number | undefined;
  const swept = async (): Promise<void> => {
    const result = await sweep(world, life);
    if (result !== killed && result.kind === "swept") before = result.before;
    else
      world.violated({ invariant: "I11", message: `the last sweep did not end: ${JSON.stringify(result)}` });
  };
  const cleaned = swept()
    .then(() => life.run(() => life.engine.upkeep.purge(upkeepLimits)))
    .then(swept);
  await finish(stage, cleaned, "the last sweep");
  return before;
}

/** Uses every topic once: those that came back from their grave are buried again. */
async function meetTopics(stage: Stage, life: Life): Promise<void> {
  const listed = await list(stage, life);
  if (!Array.isArray(listed)) return;
  const requests = (listed as readonly Topic[]).map(({ name }) => ({
    topic: name,
    partition: 0,
    spec: { kind: "latest" } as const,
  }));
  await life.run(() => life.engine.listOffsets(requests));
}

function list(stage: Stage, life: Life): ReturnType<Stage["client"]["admin"]> {
  return stage.client.admin(life, { op: "list" }, () => life.engine.topics.list(), stage.logOf);
}

async function readEverything(stage: Stage, life: Life, lost: readonly LostRange[]): Promise<void> {
  const listed = await list(stage, life);
  if (!Array.isArray(listed)) return;
  for (const topic of listed as readonly Topic[])
    for (let partition = 0; partition < topic.partitions; partition++) {
      const target: Target = { topic: topic.name, topicId: topic.id, log: stage.logOf(topic) };
      await readAll(stage, life, { ...target, partition }, lost);
    }
}

async function readAll(
  stage: Stage,
  life: Life,
  target: Target & { readonly partition: number },
  lost: readonly LostRange[],
): Promise<void> {
  for (let offset = await stage.client.offset(life, target, { kind: "earliest" }); offset !== undefined; ) {
    const asked = [{ ...target, offset, bytesMax: 4_000 }];
    const [answer] = (await stage.client.fetch(life, asked, { ...oneByOne, bytesMax: 4_000 })) ?? [];
    const at = offset;
    const damaged = lost.find(
      ({ log, partition, from, to }) =>
        log === target.log && partition === target.partition && from <= at && at < to,
    );
    if (answer?.kind === "failed" && damaged) offset = damaged.to;
    else if (answer?.kind !== "records" || answer.nextOffset <= offset) return;
    else offset = answer.nextOffset;
  }
}
