import { runningStore } from "../provided.ts";
import { describeRestore } from "../restore-suite.ts";
import { describeStores } from "../stores-suite.ts";
import { byBackup } from "../table-backup.ts";

const ministack = runningStore("ministack");
describeStores(ministack, ministack, { withObjects: true });

describeRestore(
  "ministack, kept by a backup",
  async () => ({ urls: { dynamoDb: ministack.url, s3: ministack.url }, close: async () => undefined }),
  byBackup,
);
