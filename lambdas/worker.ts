/** The function that a queue calls: upkeep that is too much for one function. */
import { composeWorker, openStores } from "../lib/app/aws/index.ts";

export const handler = composeWorker(openStores);
