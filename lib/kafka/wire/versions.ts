/**
 * Ranges of API versions as Kafka writes them: `4-18`, `12+`, `3`.
 */
import { assert } from "../../std/index.ts";

/** Both ends belong to it. An open end is `versionMax`. */
export type Versions = { readonly first: number; readonly last: number };

/** Larger than any version that there will be: versions are 16-bit integers. */
export const versionMax = 32_767;

/** Holds no version. */
export const noVersions: Versions = { first: 1, last: 0 };

/** Reads `4-18`, `12+`, `3` or `none`. Asserts that the text is one of these. */
export function versions(text: string): Versions {
  if (text === "none") return noVersions;
  const match = /^(\d+)(?:(\+)|-(\d+))?$/.exec(text);
  assert(match !== null, () => `versions "${text}"`);
  const first = Number(match[1]);
  return { first, last: match[2] ? versionMax : Number(match[3] ?? first) };
}

/** Whether the version is in the range. */
export function includes({ first, last }: Versions, version: number): boolean {
  return version >= first && version <= last;
}
