export { startDynalite } from "./dynalite.ts";
export { startDynamoDbLocal } from "./dynamodb-local.ts";
export { type Emulator, type EmulatorName, emulatorCredentials, emulatorRegion } from "./emulator.ts";
export { EmulatorAbsent, InstallFailed } from "./install/errors.ts";
export { type MinistackOptions, startMinistack } from "./ministack.ts";
export { startMoto } from "./moto.ts";
export { type S3Failure, S3Server, type S3ServerOptions } from "./s3-server/index.ts";
export { createBucket, createTable } from "./tables.ts";
