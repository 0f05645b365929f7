/** Looks after groups from time to time in a process that lives. */
import type { Engine } from "../../engine/index.ts";
import type { Clock, Telemetry } from "../../ports/index.ts";
import { Rounds } from "./rounds.ts";

type Deps = { readonly engine: Engine; readonly clock: Clock; readonly telemetry: Telemetry };

const options = { pauseMs: 60_000, failure: "groups could not be looked after" };

/** Removes groups that nobody uses, once it is started. */
export function groupUpkeep(deps: Deps): Rounds {
  const { engine, telemetry } = deps;
  return new Rounds(deps, options, async signal => {
    const { groups, expired, removed } = await engine.groups.expire(() => !signal.aborted);
    telemetry.gauge("cumulog_groups", groups);
    if (expired + removed > 0)
      telemetry.log("info", "groups that nobody uses are gone", { expired, removed });
  });
}
