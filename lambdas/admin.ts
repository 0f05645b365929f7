/** The function that changes topics, behind the HTTP API. */
import { composeAws, openItems } from "../lib/app/aws/index.ts";

export const handler = composeAws("admin", openItems);
