/** The function that appends, behind the HTTP API. */
import { composeAws, openStores } from "../lib/app/aws/index.ts";

export const handler = composeAws("produce", openStores);
