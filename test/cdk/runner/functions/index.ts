export type { Credentials, FunctionDefinition } from "./definition.ts";
export { type Invoked, Lambda, lambdaLimits } from "./lambda.ts";
