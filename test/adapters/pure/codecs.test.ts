import fc from "fast-check";
import { expect, it } from "vitest";
import { pureCodecs } from "../../../lib/adapters/pure/index.ts";
import { systemCodecs } from "../../../lib/adapters/system/codecs.ts";
import { compressionNames } from "../../../lib/ports/index.ts";
import { describeCodecs } from "../../contracts/codecs.ts";

describeCodecs("pure", pureCodecs);

const someBytes = fc
  .array(fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 60 })), { maxLength: 8 })
  .map(runs => Buffer.concat(runs.flatMap(([bytes, times]) => Array.from({ length: times }, () => bytes))));

it("has the checksums of the native one", () => {
  fc.assert(
    fc.property(someBytes, fc.nat({ max: 0xffffffff }), (bytes, previous) => {
      expect(pureCodecs.crc32c(bytes, previous)).toBe(systemCodecs.crc32c(bytes, previous));
    }),
  );
});

it.each(compressionNames)("reads %s of the native one, and is read by it", async codec => {
  await fc.assert(
    fc.asyncProperty(someBytes, async bytes => {
      const ours = await pureCodecs.compress(codec, bytes);
      const theirs = await systemCodecs.compress(codec, bytes);
      expect(Buffer.compare(await systemCodecs.decompress(codec, ours, bytes.length), bytes)).toBe(0);
      expect(Buffer.compare(await pureCodecs.decompress(codec, theirs, bytes.length), bytes)).toBe(0);
    }),
  );
});
