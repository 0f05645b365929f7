/**
 * A process that compacts everything in a data directory, as the server would with its default sizes, and says what memory it
 * took: `node compacting-process.ts DIRECTORY`. What is compacted is one topic's; merges count, too.
 */
import { readFileSync } from "node:fs";
import { defaultEngineOptions, Engine } from "../../lib/engine/index.ts";
import { residentBytesOf } from "../resident.ts";
import { openStores } from "../stores.ts";
import { atOnce, noLimits } from "./backlog.ts";

const [directory = ""] = process.argv.slice(2);
const stores = await openStores({ directory, isMemory: false }, ".");
// The engine's timers keep no process alive; this one does.
const alive = setInterval(() => undefined, 60_000);
const startBytes = residentBytesOf(process.pid);
const engine = new Engine(stores.deps, { ...defaultEngineOptions, compaction: atOnce });
const { compactedBytes, merges } = await engine.upkeep.round({ limits: noLimits });
console.log(JSON.stringify({ startBytes, peakBytes: peakBytes(), compactedBytes, merges }));
await engine.drain();
await stores.close();
clearInterval(alive);

/** The most that was resident at once; where the system does not tell, what is now. */
function peakBytes(): number {
  const status = `/proc/${process.pid}/status`;
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(status, "utf8"))?.[1]) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}
