export { type ItemCounts, MeteringItemStore, type Peek } from "./item-store.ts";
export { MeteringObjectStore, type ObjectCounts } from "./object-store.ts";
export { dollarsOf, prices } from "./prices.ts";
