export { AwsItemStore } from "./item-store.ts";
export { AwsObjectStore } from "./object-store.ts";
export { type AwsOptions, type AwsStores, openAws } from "./open.ts";
