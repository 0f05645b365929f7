export { AwsItemStore } from "./item-store.ts";
export { AwsObjectStore } from "./object-store.ts";
export { type AwsItemOptions, type AwsOptions, type AwsStores, openAws, openAwsItems } from "./open.ts";
export { AwsQueue, type AwsQueueOptions, openAwsQueue } from "./queue.ts";
