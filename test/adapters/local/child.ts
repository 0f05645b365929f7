/** A process of its own that puts objects and counts them in an item until it is killed, and prints what was acknowledged. */
import { openLocal } from "../../../lib/adapters/local/index.ts";
import { SystemClock, systemCodecs } from "../../../lib/adapters/system/index.ts";
import { silentTelemetry } from "../../../lib/ports/index.ts";

const dataDir = process.argv[2] ?? "";
const clock = new SystemClock();
const { objects, items } = await openLocal({
  dataDir,
  clock,
  crc32c: systemCodecs.crc32c,
  telemetry: silentTelemetry,
});
await items.put({ pk: "p", sk: "s", attributes: { n: 0 } });
for (let i = 0; ; i++) {
  await objects.put(`object-${i}`, [Buffer.from(`body of object-${i}`)]);
  await items.update({ pk: "p", sk: "s" }, { add: { n: 1 } });
  process.stdout.write(`object-${i}\n`);
}
