import { runningStore } from "../provided.ts";
import { describeRestore } from "../restore-suite.ts";
import { describeStores } from "../stores-suite.ts";
import { byBackup } from "../table-backup.ts";

const moto = runningStore("moto");
describeStores(moto, moto, { withObjects: true });

describeRestore(
  "moto, kept by a backup",
  async () => ({ urls: { dynamoDb: moto.url, s3: moto.url }, close: async () => undefined }),
  byBackup,
);
