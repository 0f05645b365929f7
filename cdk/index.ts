export { Cumulog, type FrontDoor, GrantImpossible } from "./constructs/index.ts";
export { type DeploymentProps, options } from "./options.ts";
