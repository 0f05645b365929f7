/**
 * Packs the package as it would be published, and looks at what is in it.
 */
import { join } from "node:path";
import { succeed } from "./processes.ts";

/** A packed package. */
export type Packed = {
  readonly tarball: string;
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
};

const root = join(import.meta.dirname, "..", "..");

/** What the package cannot do without. */
export const needed: readonly string[] = [
  "LICENSE",
  "NOTICE",
  "README.md",
  "bin/cumulog.js",
  "dist/cdk/index.d.ts",
  "dist/cdk/index.js",
  "dist/cli/main.js",
  "dist/lambdas/LICENSES.txt",
  "dist/lambdas/admin/index.mjs",
  "dist/lambdas/fetch/index.mjs",
  "dist/lambdas/maintenance/index.mjs",
  "dist/lambdas/produce/index.mjs",
  "dist/lambdas/web-function/index.mjs",
  "dist/lambdas/worker/index.mjs",
  "dist/lib/adapters/local/worker.js",
  "dist/lib/app/exports.d.ts",
  "dist/lib/app/exports.js",
  "package.json",
];

/** All that may be in it: nothing that only development needs, and no source that Node would have to compile. */
const allowed =
  /^(LICENSE|NOTICE|README\.md|CHANGELOG\.md|package\.json|bin\/cumulog\.js|dist\/(lib|cli|cdk)\/.*(\.js|\.d\.ts)|dist\/lambdas\/([a-z-]+\/index\.mjs|LICENSES\.txt))$/;

/** Builds and packs into `folder`. */
export async function pack(folder: string): Promise<Packed> {
  const npm = ["pack", "--json", "--pack-destination", folder];
  const [report] = JSON.parse(await succeed("npm", npm, { cwd: root }));
  const files = report.files.map(({ path, size }: { path: string; size: number }) => ({ path, bytes: size }));
  return {
    tarball: join(folder, report.filename),
    packedBytes: report.size,
    unpackedBytes: report.unpackedSize,
    files,
  };
}

/** What is wrong with the list of files; nothing, when all is well. */
export function problemsOf({ files }: Pick<Packed, "files">): readonly string[] {
  const paths = new Set(files.map(({ path }) => path));
  return [
    ...needed.filter(path => !paths.has(path)).map(path => `${path} is missing`),
    ...[...paths].filter(path => !allowed.test(path)).map(path => `${path} does not belong into the package`),
  ];
}
