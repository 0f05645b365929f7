/** The function that reads, behind the HTTP API. */
import { composeAws, openStores } from "../lib/app/aws/index.ts";

export const handler = composeAws("fetch", openStores);
