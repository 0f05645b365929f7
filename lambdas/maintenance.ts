/** The function that a schedule calls: upkeep. */
import { composeUpkeep, openQueue, openStores } from "../lib/app/aws/index.ts";

export const handler = composeUpkeep(openStores, openQueue);
