/**
 * Where a function finds its credentials: Lambda gives them to it, in its environment or at an address that stands there. What
 * else the SDK would try (profiles, single sign-on, the metadata of a machine) is on no machine of Lambda, and is a tenth of
 * a bundle.
 */
import { dirname } from "node:path";
import type { Plugin } from "esbuild";

const chain = "@aws-sdk/credential-provider-node";

const contents = `
import { fromEnv } from "@aws-sdk/credential-provider-env";
import { fromHttp } from "@aws-sdk/credential-provider-http";
import { doesIdentityRequireRefresh, isIdentityExpired, memoizeIdentityProvider } from "@smithy/core";
const ofLambda = options => async request =>
  process.env.AWS_ACCESS_KEY_ID ? fromEnv(options)(request) : fromHttp(options)(request);
export const defaultProvider = options =>
  memoizeIdentityProvider(ofLambda(options), isIdentityExpired, doesIdentityRequireRefresh);`;

/** Puts that in the place of the SDK's chain. */
export function credentialsOfLambda(): Plugin {
  return {
    name: "credentials-of-lambda",
    setup(build) {
      build.onResolve({ filter: new RegExp(`^${chain}$`) }, async ({ path, pluginData, ...where }) => {
        if (pluginData === chain) return undefined;
        const { kind, resolveDir, importer } = where;
        const found = await build.resolve(path, { kind, resolveDir, importer, pluginData: chain });
        return found.errors.length > 0 ? found : { path: found.path, namespace: "credentials" };
      });
      build.onLoad({ filter: /./, namespace: "credentials" }, ({ path }) => ({
        contents,
        resolveDir: dirname(path),
      }));
    },
  };
}
