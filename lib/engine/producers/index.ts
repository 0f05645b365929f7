export type { ProducerBatch } from "./decide.ts";
export { ProducerIds } from "./ids.ts";
export type { LeftOut } from "./plan.ts";
export { Producers } from "./producers.ts";
