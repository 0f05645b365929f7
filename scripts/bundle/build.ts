/**
 * One function as one file: minified, for the Node of its runtime, with only the code that it can reach. Native modules
 * cannot be in a bundle and are not: what needs them is left out because nothing reaches it, and that is checked.
 */
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import type { Metafile, Plugin } from "esbuild";
import { credentialsOfLambda } from "./credentials.ts";
import { packed } from "./packed.ts";
import { withoutUpkeep } from "./without-upkeep.ts";

type Esbuild = typeof import("esbuild");

/** A bundle, and what it is made of. */
export type Bundle = {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** Bytes by package or folder; empty when that is not known any more. */
  readonly parts: Readonly<Record<string, number>>;
  /** Folders of the packages in it, from the root. */
  readonly packages: readonly string[];
};

type Target = { readonly root: string; readonly output: string; readonly name: string };

/** Packages of a process: native, or for people to read. Nothing of a function may reach them. */
const leftOut = ["@node-rs/crc32", "lz4-napi", "pino", "pino-pretty", "prom-client", "snappy"];

/** Makes dist/lambdas/<name>. Throws when it does not compile or would need something beside it. */
export async function bundle(esbuild: Esbuild, target: Target): Promise<Bundle> {
  const { root, output, name } = target;
  const folder = join(output, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "index.mjs");
  const { metafile, outputFiles } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: [join("lambdas", `${name}.ts`)],
    outfile: path,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node24",
    minify: true,
    // Beside the functions, not in them: for whoever reads a stack trace.
    sourcemap: "external",
    legalComments: "none",
    // Packages that are written twice: only their ES modules can be taken apart.
    mainFields: ["module", "main"],
    external: leftOut,
    plugins: [
      withoutSideEffects(root),
      withVersion(root),
      ...withoutUpkeep(name),
      credentialsOfLambda(),
      packed(esbuild, root),
    ],
    // Parts of the SDK are CommonJS, and ask for Node's modules in their way.
    banner: {
      js: 'import{createRequire as createRequireOfBundle}from"node:module";const require=createRequireOfBundle(import.meta.url);',
    },
    metafile: true,
    write: false,
    logLevel: "error",
  });
  for (const file of outputFiles) {
    const at = file.path.endsWith(".map") ? join(dirname(output), "maps", `${name}.mjs.map`) : file.path;
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, file.contents);
  }
  requireAlone(name, metafile);
  return { ...weigh(name, path), ...compositionOf(metafile) };
}

/** A bundle that is there. */
export function weigh(name: string, path: string): Bundle {
  return { name, path, bytes: statSync(path).size, parts: {}, packages: [] };
}

/** Our own modules do nothing when they are loaded: one whose names nobody uses is left out with all that it imports. */
function withoutSideEffects(root: string): Plugin {
  const own = join(root, "lib") + sep;
  return {
    name: "without-side-effects",
    setup(build) {
      build.onResolve({ filter: /^\.\.?\// }, async ({ path, pluginData, ...where }) => {
        if (pluginData === own || where.importer.includes("node_modules")) return undefined;
        const { resolveDir, importer, kind, with: attributes } = where;
        const found = await build.resolve(path, {
          resolveDir,
          importer,
          kind,
          with: attributes,
          pluginData: own,
        });
        return found.errors.length === 0 && found.path.startsWith(own)
          ? { ...found, sideEffects: false }
          : found;
      });
    },
  };
}

/** Everything but Node's own modules must be in the bundle. */
function requireAlone(name: string, metafile: Metafile): void {
  const outside = Object.values(metafile.outputs)
    .flatMap(({ imports }) => imports.map(({ path }) => path))
    .filter(path => !path.startsWith("node:") && !isBuiltIn(path));
  if (outside.length > 0)
    throw new Error(`${name} reaches ${[...new Set(outside)].join(", ")}, which cannot be in a bundle`);
}

function isBuiltIn(path: string): boolean {
  return process.getBuiltinModule(`node:${path}`) !== undefined;
}

/** A bundle has no package.json above it once it is deployed: its version is a constant. */
function withVersion(root: string): Plugin {
  const { version }: Readonly<Record<string, string>> = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  );
  const contents = `export const packageVersion = () => ${JSON.stringify(version)};`;
  return {
    name: "with-version",
    setup: build => build.onLoad({ filter: /lib\/app\/version\/version\.ts$/ }, () => ({ contents })),
  };
}

function compositionOf({ outputs }: Metafile): Pick<Bundle, "parts" | "packages"> {
  const parts: Record<string, number> = {};
  const packages = new Set<string>();
  for (const { inputs } of Object.values(outputs))
    for (const [named, { bytesInOutput }] of Object.entries(inputs)) {
      // What a plugin made is named by that: `packed:node_modules/...`.
      const path = named.replace(/^[a-z]+:/, "");
      const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
      if (folder !== undefined && bytesInOutput > 0) packages.add(relative(".", folder));
      const part = folder?.replace(/^.*node_modules\//, "") ?? path.split("/").slice(0, 2).join("/");
      parts[part] = (parts[part] ?? 0) + bytesInOutput;
    }
  return { parts, packages: [...packages].sort() };
}
