export { type Credentials, environmentOf, type FunctionDefinition } from "./definition.ts";
export { type Invoked, Lambda, lambdaLimits } from "./lambda.ts";
export { startWebProcess } from "./web-process.ts";
