export { MemoryItemStore } from "./item-store.ts";
export { MemoryObjectStore } from "./object-store.ts";
