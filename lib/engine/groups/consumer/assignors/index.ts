export { assignors } from "./by-name.ts";
export type { Assignor, AssignorInput, Subscriber } from "./types.ts";
