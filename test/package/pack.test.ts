/** The judge of what is packed; `npm run test:package` shows it the real package. */
import { describe, expect, it } from "vitest";
import { needed, problemsOf } from "./pack.ts";

const filesOf = (paths: readonly string[]) => ({ files: paths.map(path => ({ path, bytes: 1 })) });

describe("what is in the package", () => {
  it("is all well when it has what it needs, and code", () => {
    expect(problemsOf(filesOf([...needed, "dist/lib/std/bytes.js", "dist/cdk/options.d.ts"]))).toEqual([]);
  });

  it("is not whole without a bundled function", () => {
    const paths = needed.filter(path => path !== "dist/lambdas/fetch/index.mjs");
    expect(problemsOf(filesOf(paths))).toEqual(["dist/lambdas/fetch/index.mjs is missing"]);
  });

  it.each([
    "dist/lib/std/bytes.ts",
    "dist/lib/std/bytes.js.map",
    "dist/lambdas/fetch/meta.json",
    "lib/std/bytes.ts",
    "test/tidy.test.ts",
    "scripts/build.ts",
    "package-lock.json",
    ".npmrc",
  ])("is too much with %s", path => {
    expect(problemsOf(filesOf([...needed, path]))).toEqual([`${path} does not belong into the package`]);
  });
});
