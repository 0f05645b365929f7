/** What happens to a bucket behind everyone's back. */
import assert from "node:assert/strict";
import { DeleteObjectsCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { emulatorCredentials } from "../../emulators/index.ts";
import type { Deployment } from "./deployment.ts";
import { place } from "./synthesis.ts";

/** Takes every object away. */
export async function removeObjects({ s3: { url, buckets } }: Deployment): Promise<void> {
  const [Bucket] = buckets;
  const client = new S3Client({
    endpoint: url,
    region: place.region,
    credentials: emulatorCredentials,
    forcePathStyle: true,
  });
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
  const Objects = Contents.map(({ Key }) => ({ Key }));
  assert.notEqual(Objects.length, 0);
  await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  client.destroy();
}
