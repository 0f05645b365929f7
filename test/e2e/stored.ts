/**
 * What a deployment has stored, seen past its functions: the objects of its bucket, and all of it through the eyes of an fsck.
 */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { AwsItemStore, AwsObjectStore } from "../../lib/adapters/aws/index.ts";
import { SystemClock, SystemRandom, systemCodecs } from "../../lib/adapters/system/index.ts";
import { defaultEngineOptions, Engine, type FsckReport } from "../../lib/engine/index.ts";
import { type ItemStore, type ObjectStore, silentTelemetry } from "../../lib/ports/index.ts";
import type { Cloud } from "./cloud.ts";
import { clientOptions } from "./inventory.ts";

/** Where a log lies. */
export type LogNames = { readonly table: string; readonly bucket: string };

export class Stored {
  readonly items: ItemStore;
  readonly #objects: ObjectStore;
  readonly #clients: readonly { destroy(): void }[];

  /** As the root of the account. */
  constructor(cloud: Cloud, { table, bucket }: LogNames) {
    const ofItems = new DynamoDBClient(clientOptions(cloud));
    const ofObjects = new S3Client({ ...clientOptions(cloud), forcePathStyle: true });
    const deps = { clock: new SystemClock(), random: new SystemRandom(), telemetry: silentTelemetry };
    this.items = new AwsItemStore({ ...deps, client: ofItems }, { table });
    this.#objects = new AwsObjectStore(
      { ...deps, client: ofObjects, crc32c: systemCodecs.crc32c },
      { bucket },
    );
    this.#clients = [ofItems, ofObjects];
  }

  /** The keys of all objects whose keys begin so. */
  async keys(prefix: string): Promise<readonly string[]> {
    const keys: string[] = [];
    for (let after: string | undefined = ""; after !== undefined; ) {
      const page = await this.#objects.list(prefix, after === "" ? {} : { after });
      keys.push(...page.objects.map(({ key }) => key));
      after = page.next;
    }
    return keys;
  }

  /** Every byte that is referred to is read and checked. */
  fsck(): Promise<FsckReport> {
    const deps = { clock: new SystemClock(), random: new SystemRandom(), telemetry: silentTelemetry };
    const stores = { items: this.items, objects: this.#objects, codecs: systemCodecs };
    return new Engine({ ...deps, ...stores }, defaultEngineOptions).fsck();
  }

  close(): void {
    for (const client of this.#clients) client.destroy();
  }
}
