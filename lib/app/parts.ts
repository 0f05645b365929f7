/**
 * What an engine is made of besides its stores, for a command that works on a log itself. Loaded when it is asked for: other commands
 * start without it.
 */
import type { EngineDeps } from "../engine/index.ts";

/** The engine's module, and clock, chance, codecs and a telemetry that says nothing. */
export async function loadParts(): Promise<{
  readonly engine: typeof import("../engine/index.ts");
  readonly parts: Omit<EngineDeps, "items" | "objects">;
}> {
  const [{ SystemClock, SystemRandom, systemCodecs }, engine, { silentTelemetry }] = await Promise.all([
    import("../adapters/system/index.ts"),
    import("../engine/index.ts"),
    import("../ports/index.ts"),
  ]);
  const parts = {
    clock: new SystemClock(),
    random: new SystemRandom(),
    telemetry: silentTelemetry,
    codecs: systemCodecs,
  };
  return { engine, parts };
}
