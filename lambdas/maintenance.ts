/** The function that a schedule calls: upkeep. */
import { composeUpkeep, openItems } from "../lib/app/aws/index.ts";

export const handler = composeUpkeep(openItems);
