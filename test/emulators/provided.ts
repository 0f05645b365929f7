/** What main.ts tells the suites: the emulators that it started. */
import { inject } from "vitest";
import type { EmulatorName } from "./emulator.ts";
import type { RunningStore } from "./stores-suite.ts";

declare module "vitest" {
  interface ProvidedContext {
    readonly emulators: readonly RunningStore[];
  }
}

/** One of the emulators that main.ts started. */
export function runningStore(name: EmulatorName): RunningStore {
  const store = inject("emulators").find(each => each.name === name);
  if (store === undefined) throw new Error(`nobody started ${name}: use npm run test:emulators`);
  return store;
}
