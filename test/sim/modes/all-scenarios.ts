/** Every scenario of mode (a). */
import { type Scenario, scenarios } from "./scenarios.ts";
import { upkeepScenarios } from "./upkeep-scenarios.ts";

/** In the order in which they are run: what clients ask for, then what the log does for itself. */
export const allScenarios: readonly Scenario[] = [...scenarios, ...upkeepScenarios];
