export type { ProducerBatch } from "./decide.ts";
export { ProducerIds } from "./ids.ts";
export type { LeftOut } from "./plan.ts";
export { type DescribedProducer, Producers } from "./producers.ts";
