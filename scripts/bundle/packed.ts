/**
 * Packages that a function needs for few of its requests lie compressed in its bundle: that is a text to whoever loads it,
 * and becomes code when it is first imported. Only what is imported at run time, by `import()`, can be kept so, and only a
 * package that imports nothing itself.
 */
import { relative } from "node:path";
import { brotliCompressSync } from "node:zlib";
import type { Plugin } from "esbuild";

type Esbuild = typeof import("esbuild");

/** The patterns of subscriptions: an eighth of a bundle, and few members have any. */
const packages = ["re2js"];
const namespace = "packed";

/** Keeps them so. */
export function packed(esbuild: Esbuild, root: string): Plugin {
  return {
    name: namespace,
    setup(build) {
      build.onResolve(
        { filter: new RegExp(`^(${packages.join("|")})$`) },
        async ({ path, kind, ...where }) => {
          if (kind !== "dynamic-import" || where.pluginData === namespace) return undefined;
          const { resolveDir, importer } = where;
          const found = await build.resolve(path, { kind, resolveDir, importer, pluginData: namespace });
          if (found.errors.length > 0) return found;
          return { path: relative(root, found.path), namespace };
        },
      );
      build.onLoad({ filter: /./, namespace }, async ({ path }) => ({
        contents: await textOf(esbuild, root, path),
        resolveDir: root,
      }));
    },
  };
}

/** A module that unpacks itself when it is imported. */
async function textOf(esbuild: Esbuild, root: string, path: string): Promise<string> {
  const { outputFiles, metafile } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: [path],
    bundle: true,
    minify: true,
    format: "esm",
    target: "node24",
    legalComments: "none",
    metafile: true,
    write: false,
  });
  const [output] = Object.values(metafile.outputs);
  const [file] = outputFiles;
  if (output === undefined || file === undefined || output.imports.length > 0)
    throw new Error(`${path} cannot be packed: it imports ${JSON.stringify(output?.imports)}`);
  return `import { brotliDecompressSync } from "node:zlib";
const code = brotliDecompressSync(Buffer.from("${brotliCompressSync(file.contents).toString("base64")}", "base64"));
export const { ${output.exports.join(", ")} } = await import("data:text/javascript;base64," + code.toString("base64"));`;
}
