export { InvalidConfiguration } from "../lib/app/index.ts";
export {
  type AlarmName,
  Cumulog,
  type FrontDoor,
  GrantImpossible,
  grantGateway,
  type HttpDoor,
  type LogFunction,
  type LogMaintenance,
  type LogObservability,
  type LogPlaces,
  type WebDoor,
} from "./constructs/index.ts";
export { type DeploymentProps, options } from "./options.ts";
