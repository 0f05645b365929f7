/**
 * `npm run test:package`: packs the package, installs it into a project of its own and uses it there as its users do: on
 * the command line with the Node of this machine, from code, and in an app of the CDK. Needs the network, or a cache of
 * npm that has the dependencies. `--keep` leaves the project for a look.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cdkApp, embeddedApp, has, lend, makeConsumer, typedApp } from "./consumer.ts";
import { pack, problemsOf } from "./pack.ts";
import { machineNode, run, serveWith, succeed } from "./processes.ts";

const scratch = mkdtempSync(join(tmpdir(), "cumulog-package-"));
const project = join(scratch, "project");
const cumulog = join(project, "node_modules", ".bin", "cumulog");
const ourNode = process.execPath;
const failures: string[] = [];

async function step(title: string, work: () => Promise<string>): Promise<void> {
  const startedMs = performance.now();
  const [outcome, told] = await work().then(
    said => ["passed", said] as const,
    error => ["FAILED", error instanceof Error ? error.message : String(error)] as const,
  );
  if (outcome === "FAILED") failures.push(title);
  console.log(`${outcome} ${title} (${((performance.now() - startedMs) / 1000).toFixed(1)} s): ${told}`);
}

function expectEqual(actual: unknown, expected: unknown): void {
  const [seen, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (seen !== wanted) throw new Error(`got ${seen}, want ${wanted}`);
}

await step("the tarball holds what it must, and nothing else", async () => {
  const packed = await pack(scratch);
  expectEqual(problemsOf(packed), []);
  await makeConsumer(project, packed.tarball);
  for (const { path, bytes } of packed.files) console.log(`  ${String(bytes).padStart(9)} ${path}`);
  return `${packed.files.length} files, ${packed.packedBytes} bytes packed, ${packed.unpackedBytes} unpacked`;
});

await step("who does not use the CDK does not get it", async () => {
  expectEqual(
    ["aws-cdk-lib", "constructs", "typescript"].filter(library => has(project, library)),
    [],
  );
  return "none of its libraries was installed";
});

for (const node of new Set([machineNode(), ourNode]))
  await step("the command line serves, and a record comes back", async () => {
    const args = ["serve", "--memory", "--http-port", "0", "--kafka-port", "0"];
    const server = await serveWith(node, [cumulog, ...args], project);
    const url = /http=(\S+)/.exec(server.ready)?.[1] ?? "";
    const call = (...words: readonly string[]): Promise<string> =>
      succeed("npx", ["--no-install", "cumulog", "--url", url, ...words], { cwd: project });
    try {
      await call("topics", "create", "orders", "--partitions", "1");
      await succeed(node, [cumulog, "--url", url, "produce", "orders"], {
        cwd: project,
        input: "the first\n",
      });
      const read = await call("consume", "orders", "--from-beginning", "--max-messages", "1");
      expectEqual(read, "the first\n");
    } finally {
      const { code } = await server.stop();
      expectEqual(code, 0);
    }
    return `started by Node ${(await succeed(node, ["--version"], { cwd: project })).trim()}`;
  });

await step("the version is the package's", async () => {
  const { version } = JSON.parse(
    readFileSync(join(project, "node_modules", "cumulog", "package.json"), "utf8"),
  );
  const told = await succeed(machineNode(), [cumulog, "--version"], { cwd: project });
  expectEqual(told.trim(), version);
  return version;
});

await step("a program of one's own serves", async () => {
  writeFileSync(join(project, "embedded.js"), embeddedApp);
  expectEqual(await succeed(ourNode, ["embedded.js"], { cwd: project }), "200\n");
  return "the cluster answered";
});

await step("an app of the CDK synthesizes the construct", async () => {
  lend(project, ["aws-cdk-lib", "constructs", "typescript", "@typescript", "@types/node", "undici-types"]);
  writeFileSync(join(project, "app.js"), cdkApp);
  const counts = JSON.parse(await succeed(ourNode, ["app.js"], { cwd: project }));
  expectEqual(
    ["AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::Lambda::Function", "AWS::ApiGatewayV2::Api"].map(
      type => counts[type],
    ),
    [1, 1, 6, 1],
  );
  return Object.entries(counts)
    .map(([type, count]) => `${count} ${type}`)
    .join(", ");
});

await step("its types fit, and a misspelt prop does not", async () => {
  writeFileSync(join(project, "typed.ts"), typedApp);
  const tsconfig = {
    compilerOptions: { module: "nodenext", strict: true, noEmit: true, skipLibCheck: true },
  };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ ...tsconfig, files: ["typed.ts"] }));
  const compiler = join(project, "node_modules", "typescript", "bin", "tsc");
  const { code, stdout } = await run(ourNode, [compiler, "-p", "."], { cwd: project });
  expectEqual([code, stdout], [0, ""]);
  return "checked by the compiler, as strict as it gets";
});

if (process.argv.includes("--keep")) console.log(`kept: ${project}`);
else rmSync(scratch, { recursive: true, force: true });
console.log(failures.length === 0 ? "the package works" : `${failures.length} steps FAILED`);
process.exitCode = failures.length === 0 ? 0 : 1;
