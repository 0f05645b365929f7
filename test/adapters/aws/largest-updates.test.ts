/** On dynalite, which reads them; that they keep to the limits is counted in expressions.test.ts and seen on DynamoDB Local. */
import { afterAll } from "vitest";
import { startDynalite } from "../../emulators/index.ts";
import { describeLargestUpdates } from "../../emulators/largest-suite.ts";
import { openStoresOn } from "../../emulators/stores.ts";

const dynalite = await startDynalite();
afterAll(() => dynalite.close());

describeLargestUpdates("dynalite", () => openStoresOn({ dynamoDb: dynalite.url }));
