/** The function that serves consumer groups, behind the HTTP API. */
import { composeAws, openStores } from "../lib/app/aws/index.ts";

export const handler = composeAws("groups", openStores);
