/** The whole app as one process that serves many requests at once. Loading it starts the server. */
import { openStores, serveWebFunction } from "../lib/app/aws/index.ts";

await serveWebFunction(openStores);
