export { type ItemCounts, MeteringItemStore, type Peek } from "./item-store.ts";
export { MeteringObjectStore, type ObjectCounts } from "./object-store.ts";
export { dollarsOf, type Price, prices, pricesAsOf } from "./prices.ts";
