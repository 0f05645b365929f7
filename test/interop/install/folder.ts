/** The folder `.interop` of the clone, with a folder for each kind of client: made once, and again for another list. */
import { join } from "node:path";
import { installed, isInstalled } from "../../emulators/install/folder.ts";

const root = join(import.meta.dirname, "..", "..", "..", ".interop");

/** See test/emulators/install/folder.ts. */
export function installedClient(
  name: string,
  source: string,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  return installed(name, source, fill, root);
}

/** Whether it was made from this source, and is whole. */
export function hasClient(name: string, source: string): boolean {
  return isInstalled(name, source, root);
}
