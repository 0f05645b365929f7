/**
 * The AWS adapters held to the contracts of their ports, over real sockets: items on dynalite, objects on the S3 server of
 * test/emulators. `npm run test:emulators` asks the same of moto, ministack and DynamoDB Local.
 */
import { describeItemStore } from "../../contracts/item-store.ts";
import { describeObjectStore } from "../../contracts/object-store.ts";
import { S3Server, startDynalite } from "../../emulators/index.ts";
import { knownWrong } from "../../emulators/known-wrong.ts";
import { openStoresOn } from "../../emulators/stores.ts";

describeItemStore(
  "aws, dynalite",
  async () => {
    const dynalite = await startDynalite();
    const stores = await openStoresOn({ dynamoDb: dynalite.url });
    return { items: stores.items, close: () => stores.close().then(() => dynalite.close()) };
  },
  knownWrong.dynalite.items,
);

describeObjectStore("aws, own S3 server", async () => {
  const server = await S3Server.start();
  const stores = await openStoresOn({ s3: server.url });
  return { objects: stores.objects, close: () => stores.close().then(() => server.close()) };
});
