export { InvalidConfiguration } from "../lib/app/index.ts";
export {
  type AlarmName,
  Cumulog,
  type FrontDoor,
  GrantImpossible,
  type HttpDoor,
  type LogFunction,
  type LogMaintenance,
  type LogObservability,
  type WebDoor,
} from "./constructs/index.ts";
export { type DeploymentProps, options } from "./options.ts";
