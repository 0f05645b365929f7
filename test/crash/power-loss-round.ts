/**
 * One round of power losses: a new data directory, one to four lives that lose their power (power-loss-life.ts), and a
 * last one that reads everything back and looks through the stores. Between two lives SQLite's index of objects loses what it may lose: it says that
 * it does not sync it.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { messageOf } from "../../lib/std/index.ts";
import type { HistoryEvent } from "../sim/checker/index.ts";
import { Prng } from "../sim/world/prng.ts";
import type { LifeOrder, LifeReport } from "./power-loss-life.ts";
import { countRecords, openMsMax, type RoundResult, type RoundSettings } from "./round.ts";

const livesMax = 4;
const lifeMsMax = 60_000;
const program = join(import.meta.dirname, "power-loss-life.ts");
/** SQLite brings its log into the database after a thousand pages; before that all of the log may be lost. */
const walBytesMax = 900 * 4096;

/** Runs one round. Never throws for what the log does. */
export async function runPowerLossRound({ seed, directory }: RoundSettings): Promise<RoundResult> {
  const random = new Prng(`power-loss/${seed}`);
  const dataDir = join(directory, "data");
  const lives = 1 + random.below(livesMax);
  const reports: LifeReport[] = [];
  const problems: string[] = [];
  try {
    for (let life = 1; life <= lives + 1; life++) {
      const kind = life > lives ? "last" : life === 1 ? "first" : "later";
      const report = join(directory, `life-${life}.json`);
      reports.push(await runLife({ seed, name: `life-${life}`, kind, dataDir, report }));
      if (kind !== "last" && random.chance(0.5)) cutIndexLog(join(dataDir, "objects.db"), random);
    }
  } catch (error) {
    problems.push(messageOf(error));
  }
  const history = joined(reports);
  problems.push(...reports.flatMap(report => report.problems));
  const openMs = reports.flatMap(report => report.openMs ?? []);
  for (const ms of openMs) if (ms > openMsMax) problems.push(`the log took ${ms} ms to open`);
  return {
    history,
    problems,
    crashes: lives,
    crashesDuringWrite: reports.filter(({ underWay }) => underWay > 0).length,
    openMs,
    ...countRecords(history),
  };
}

/** Runs the program to its end. Throws unless it ends as its kind has to. */
async function runLife(order: LifeOrder): Promise<LifeReport> {
  const child = spawn(process.execPath, [program, JSON.stringify(order)], {
    stdio: ["ignore", "ignore", "pipe"],
    timeout: lifeMsMax,
    killSignal: "SIGABRT",
  });
  const [errors, [code, signal]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  const isRight = order.kind === "last" ? code === 0 : signal === "SIGKILL";
  if (!isRight || !existsSync(order.report))
    throw new Error(`${order.name} ended with ${code ?? signal}: ${errors.slice(-2000)}`);
  return JSON.parse(readFileSync(order.report, "utf8"));
}

/** Cuts the log of a database that nobody has open at any byte, as a power loss may. */
function cutIndexLog(database: string, random: Prng): void {
  rmSync(`${database}-shm`, { force: true });
  const log = `${database}-wal`;
  const sizeBytes = existsSync(log) ? statSync(log).size : 0;
  if (sizeBytes <= walBytesMax) truncateSync(log, random.below(sizeBytes + 1));
}

/** The histories of all lives as one: each numbered its operations from 0 on. */
function joined(reports: readonly LifeReport[]): readonly HistoryEvent[] {
  let first = 0;
  return reports.flatMap(({ events }) => {
    const base = first;
    return events.map(event => {
      if (!("id" in event)) return event;
      first = Math.max(first, base + event.id + 1);
      return { ...event, id: base + event.id };
    });
  });
}
