/**
 * Which machine was measured: numbers without it mean nothing.
 */
import { availableParallelism, cpus, platform, totalmem } from "node:os";

export const machine = {
  cpu: cpus()[0]?.model.trim() ?? "unknown processor",
  cores: availableParallelism(),
  memoryMiB: Math.round(totalmem() / 1024 / 1024),
  platform: platform(),
  node: process.versions.node,
} as const;
