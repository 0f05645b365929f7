import { existsSync } from "node:fs";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryDirectories } from "../support/temporary-directory.ts";
import { EmulatorAbsent, InstallFailed, installError } from "./install/errors.ts";
import { installed } from "./install/folder.ts";
import { runTool } from "./install/run.ts";

const newDirectory = temporaryDirectories();

describe("the folder of an emulator", () => {
  it("is filled once, for two who ask at the same time and for one who asks later", async () => {
    const root = await newDirectory();
    let fills = 0;
    const fill = async (folder: string): Promise<void> => {
      await writeFile(join(folder, "part"), "");
      fills++;
    };
    const ask = () => installed("thing", "version 1", fill, root);
    const [first, second] = await Promise.all([ask(), ask()]);
    expect(await ask()).toBe(first);
    expect(second).toBe(first);
    expect(fills).toBe(1);
    expect(existsSync(join(first, "part"))).toBe(true);
  });

  it("is another one for another source", async () => {
    const root = await newDirectory();
    const ask = (source: string) => installed("thing", source, async () => undefined, root);
    expect(await ask("version 1")).not.toBe(await ask("version 2"));
  });

  it("is gone when it could not be filled, and is filled by the next who asks", async () => {
    const root = await newDirectory();
    const broken = installed("thing", "version 1", () => Promise.reject(new Error("no room")), root);
    await expect(broken).rejects.toThrow("no room");
    expect(await readdir(root)).toEqual(["thing.lock"]);
    const folder = await installed("thing", "version 1", async () => undefined, root);
    expect(existsSync(folder)).toBe(true);
  });

  it("is filled anew when it was left half full", async () => {
    const root = await newDirectory();
    const folder = await installed("thing", "version 1", async () => undefined, root);
    await rm(join(folder, ".installed"));
    await writeFile(join(folder, "half"), "");
    await installed("thing", "version 1", async () => undefined, root);
    expect(await readdir(folder)).toEqual([".installed"]);
  });
});

describe("a failed install", () => {
  it.each([
    "Failed to establish a new connection: [Errno -2] Name or service not known",
    "Could not transfer artifact a:b:pom:1 from/to central: repo.example: Temporary failure in name resolution",
    "java.net.ConnectException: Connection refused",
  ])("is nobody's fault when the registry does not answer: %s", output => {
    expect(installError("moto", "the registry", output)).toEqual(
      new EmulatorAbsent("the registry does not answer"),
    );
  });

  it("is a failure with the last that the tool said, otherwise", () => {
    const error = installError("moto", "the registry", `${"chatter\n".repeat(50)}No matching distribution`);
    expect(error).toBeInstanceOf(InstallFailed);
    expect(error.message).toMatch(/^moto could not be installed:\n( {2}chatter\n){19} {2}No matching/);
  });
});

describe("a tool", () => {
  it("says how it ended and what it said", async () => {
    expect(await runTool(process.execPath, ["-e", "console.log('out'); process.exit(3)"])).toEqual({
      kind: "ended",
      code: 3,
      output: "out\n",
    });
  });

  it("that is not there is no failure, and leaves nothing to wait for", async () => {
    const timers = () => process.getActiveResourcesInfo().filter(kind => kind === "Timeout").length;
    const before = timers();
    expect(await runTool("cumulog-no-such-tool", [])).toEqual({ kind: "absent" });
    // One that is left would keep the process waiting.
    expect(timers()).toBeLessThanOrEqual(before);
  });
});
