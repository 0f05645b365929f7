export { AssertionFailed, assert, assertNever, present } from "./assert.ts";
export type { Brand } from "./brand.ts";
export { concat, equalBytes, MalformedBytes, Reader, textOf, utf8, viewOf, Writer } from "./bytes.ts";
export { Deferred } from "./deferred.ts";
export type { ErrorNamesOf } from "./error-names.ts";
export { CumulogError, type ErrorKind, messageOf } from "./errors.ts";
export { Semaphore } from "./semaphore.ts";
export { Serial } from "./serial.ts";
export { SingleFlight } from "./single-flight.ts";
