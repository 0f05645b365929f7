/** The engine over DynamoDB (dynalite) and S3 (the server of test/emulators), in this process, over real sockets. */
import { describeEngine } from "../../emulators/engine-suite.ts";
import { S3Server, startDynalite } from "../../emulators/index.ts";
import { openStoresOn } from "../../emulators/stores.ts";

describeEngine("aws, dynalite and own S3 server", async () => {
  const [dynalite, s3] = await Promise.all([startDynalite(), S3Server.start()]);
  const stores = await openStoresOn({ dynamoDb: dynalite.url, s3: s3.url });
  const close = async (): Promise<void> => {
    await stores.close();
    await Promise.all([dynalite.close(), s3.close()]);
  };
  return { stores, close };
});
