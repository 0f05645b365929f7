/**
 * What `import "cumulog"` gives: the log in this process, for those who start it from their own code. The construct for
 * the AWS CDK is `cumulog/cdk`, so that neither needs the other's libraries.
 */
export { configOf, InvalidConfiguration } from "./config.ts";
export { HostUnusable, PortForbidden, PortInUse } from "./errors.ts";
export { type RunningService, serve } from "./serve.ts";
export { type Config, settings } from "./settings.ts";
