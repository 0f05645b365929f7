import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { partsAfter, systemFiles } from "../../../lib/adapters/local/file-layer.ts";
import { temporaryDirectories } from "../../support/temporary-directory.ts";

const newDirectory = temporaryDirectories();

describe("what is left of a write", () => {
  it("is every byte that was not taken, in order", () => {
    const parts = ["", "ab", "", "cde", "f", ""].map(text => Buffer.from(text));
    for (let written = 0; written <= 6; written++)
      expect(Buffer.concat(partsAfter(parts, written)).toString()).toBe("abcdef".slice(written));
    expect(partsAfter(parts, 6)).toEqual([]);
  });
});

describe("the file system of this machine", () => {
  it("writes, reads, cuts and unlinks", async () => {
    const directory = join(await newDirectory(), "a", "b");
    await systemFiles.makeDirectory(directory);
    const path = join(directory, "file");
    const file = await systemFiles.create(path);
    await file.write([Buffer.from("hello "), Buffer.from("world")], 0);
    await file.write([Buffer.from("W")], 6);
    await file.sync();
    await systemFiles.syncDirectory(directory);
    expect(Buffer.from(await file.read(4, 100)).toString()).toBe("o World");
    await file.truncate(5);
    expect(await file.size()).toBe(5);
    await file.close();
    expect(await readFile(path, "utf8")).toBe("hello");
    await expect(systemFiles.create(path)).rejects.toThrow("EEXIST");
    expect(await systemFiles.list(directory)).toEqual(["file"]);
    await systemFiles.remove(path);
    await expect(systemFiles.open(path)).rejects.toThrow("ENOENT");
  });

  it("leaves a directory alone that is there", async () => {
    const directory = await newDirectory();
    await (await systemFiles.create(join(directory, "file"))).close();
    await systemFiles.makeDirectory(directory);
    expect(await systemFiles.list(directory)).toEqual(["file"]);
  });
});
