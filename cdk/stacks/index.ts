export { ApiStack } from "./api.ts";
export { DataStack } from "./data.ts";
export { MaintenanceStack } from "./maintenance.ts";
export { ObservabilityStack } from "./observability.ts";
