/**
 * Where the bundled functions are: made by `npm run bundle`, shipped with the package.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { InvalidConfiguration } from "../../lib/app/index.ts";
import type { DeploymentConfig } from "../options.ts";

/** The folder of one bundled function. Throws InvalidConfiguration when there is no bundle. */
export function codeOf(name: string, { code }: DeploymentConfig): string {
  const folder = join(code ?? join(packageRoot(import.meta.dirname), "dist", "lambdas"), name);
  if (!existsSync(join(folder, "index.mjs")))
    throw new InvalidConfiguration([
      `code: there is no ${join(folder, "index.mjs")}: run \`npm run bundle\``,
    ]);
  return folder;
}

/** The folder of package.json: as sources and as a built package this file lies in different depths below it. */
function packageRoot(folder: string): string {
  const above = dirname(folder);
  return existsSync(join(folder, "package.json")) || above === folder ? folder : packageRoot(above);
}
