export type { OperationName } from "./operations.ts";
export { type S3Failure, S3Server, type S3ServerOptions } from "./server.ts";
