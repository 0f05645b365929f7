/** Restoring a table over dynalite and the S3 server of test/emulators, in this process. */
import { S3Server, startDynalite } from "../../emulators/index.ts";
import { describeRestore } from "../../emulators/restore-suite.ts";
import { byScan } from "../../emulators/table-backup.ts";

describeRestore(
  "dynalite and own S3 server, kept by a scan",
  async () => {
    const [dynalite, s3] = await Promise.all([startDynalite(), S3Server.start()]);
    const close = async (): Promise<void> => {
      await Promise.all([dynalite.close(), s3.close()]);
    };
    return { urls: { dynamoDb: dynalite.url, s3: s3.url }, close };
  },
  byScan,
);
