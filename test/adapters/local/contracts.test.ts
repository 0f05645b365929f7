import { openLocal } from "../../../lib/adapters/local/index.ts";
import { SystemClock, systemCodecs } from "../../../lib/adapters/system/index.ts";
import { silentTelemetry } from "../../../lib/ports/index.ts";
import { describeItemStore } from "../../contracts/item-store.ts";
import { describeObjectStore } from "../../contracts/object-store.ts";
import { temporaryDirectories } from "../../support/temporary-directory.ts";

const newDirectory = temporaryDirectories();
const open = async (packBytesMax?: number) =>
  openLocal({
    dataDir: await newDirectory(),
    clock: new SystemClock(),
    crc32c: systemCodecs.crc32c,
    telemetry: silentTelemetry,
    ...(packBytesMax === undefined ? {} : { packBytesMax }),
  });

describeItemStore("local", () => open());
describeObjectStore("local", () => open());
describeObjectStore("local, many small packs", () => open(200));
