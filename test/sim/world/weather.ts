/**
 * How bad the network is: a rate for each outcome, and how long calls take. Each seed draws its own, leaving some
 * outcomes out altogether, so that each is also met without the others.
 */
import { type Call, isEventualRead, type Outcome } from "../../../lib/adapters/faulty/index.ts";
import { type CallKind, kindOfCall } from "./calls.ts";
import type { Prng } from "./prng.ts";

export type Weather = {
  readonly failed: number;
  readonly throttled: number;
  readonly answerLost: number;
  readonly late: number;
  readonly dropped: number;
  readonly stale: number;
  readonly short: number;
  readonly damaged: number;
  /** Takes up to half a minute. */
  readonly slow: number;
  /** How much more, or less, than the rest a kind of call is troubled. */
  readonly focus: ReadonlyMap<CallKind, number>;
};

export const clearWeather: Weather = {
  failed: 0,
  throttled: 0,
  answerLost: 0,
  late: 0,
  dropped: 0,
  stale: 0,
  short: 0,
  damaged: 0,
  slow: 0,
  focus: new Map(),
};

/** Rates high enough to meet pairs of faults, low enough for work to get done. */
export function badWeather(prng: Prng): Weather {
  const rate = (max: number): number => (prng.chance(0.6) ? prng.spread(max / 20, max) : 0);
  return {
    failed: rate(0.1),
    throttled: rate(0.1),
    answerLost: rate(0.2),
    late: rate(0.15),
    dropped: rate(0.08),
    stale: rate(0.6),
    short: rate(0.3),
    damaged: rate(0.1),
    slow: rate(0.02),
    focus: new Map(focusKinds.map(kind => [kind, prng.pick([0.1, 0.5, 1, 1, 3])])),
  };
}

/** Calls that trouble may gather on: each seed troubles some more than others. */
const focusKinds: readonly CallKind[] = [
  "segment put",
  "segment get",
  "commit",
  "fence",
  "page put",
  "page query",
  "roll removal",
  "sequencer put",
  "sequencer get",
  "sequencer change",
  "topic write",
  "topic read",
  "group read",
  "group change",
  "member write",
  "offsets write",
  "piece write",
];
/** Even where trouble gathers, some calls get through. */
const troubleMax = 0.7;

/** Draws what becomes of a call. `damageOf` says how an object is damaged, if at all. */
export function drawOutcome(
  call: Call,
  weather: Weather,
  prng: Prng,
  damageOf: (key: string) => Extract<Outcome, { kind: "damaged" }>["damage"] | undefined,
): Outcome {
  const times = timesOf(call, weather, prng);
  const patienceMs = prng.spread(50, 5_000);
  const { failed, throttled, answerLost, late, dropped } = weather;
  const trouble = failed + throttled + answerLost + late + dropped;
  const factor = Math.min(weather.focus.get(kindOfCall(call)) ?? 0.3, troubleMax / trouble);
  let draw = prng.number() / factor;
  const drawn = (rate: number): boolean => {
    draw -= rate;
    return draw < 0;
  };
  if (drawn(failed)) {
    const isConflict = call.port === "objects" && call.operation === "put" && prng.chance(0.3);
    return { kind: "failed", failure: isConflict ? "conflict" : "unavailable", answerMs: times.answerMs };
  }
  if (drawn(throttled)) return { kind: "failed", failure: "throttled", answerMs: times.answerMs };
  if (drawn(answerLost)) return { kind: "answerLost", reachMs: times.reachMs, answerMs: patienceMs };
  if (drawn(late)) {
    const delayMs = prng.pick([
      prng.spread(10, 5_000),
      prng.spread(1_000, 60_000),
      prng.spread(60_000, 600_000),
    ]);
    return { kind: "late", answerMs: patienceMs, reachMs: patienceMs + delayMs };
  }
  if (drawn(dropped)) return { kind: "dropped", answerMs: patienceMs };
  if (isEventualRead(call) && prng.chance(weather.stale)) {
    const writesBehind = 1 + prng.below(prng.chance(0.7) ? 3 : 16);
    const seen = Array.from({ length: writesBehind }, (_, i) => i + 1).filter(() => prng.chance(0.3));
    return { kind: "stale", writesBehind, ...(prng.chance(0.5) && { seen }), ...times };
  }
  if ((call.operation === "query" || call.operation === "list") && prng.chance(weather.short))
    return { kind: "short", count: 1 + prng.below(3), ...times };
  if (call.port === "objects" && call.operation === "get") {
    const damage = damageOf(call.key);
    if (damage) return { kind: "damaged", damage, ...times };
  }
  return { kind: "ok", ...times };
}

function timesOf(
  call: Call,
  weather: Weather,
  prng: Prng,
): { readonly reachMs: number; readonly answerMs: number } {
  const scale = call.port === "objects" ? 5 : 1;
  const isSlow = prng.chance(weather.slow);
  const slowMs = isSlow ? prng.spread(500, 30_000) : 0;
  return {
    reachMs: scale * prng.spread(0.5, 8) + (prng.chance(0.5) ? slowMs : 0),
    answerMs: scale * prng.spread(0.5, 8) + slowMs,
  };
}
