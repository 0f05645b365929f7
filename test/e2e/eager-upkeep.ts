/** What the functions of the upkeep are told so that nothing waits for an hour or a day: the smallest times that there are. */
export const eagerUpkeep = {
  CUMULOG_COMPACTION_AGE_MS: "0",
  CUMULOG_SWEEP_GRACE_MS: "1",
  CUMULOG_SWEEP_INTERVAL_MS: "0",
  CUMULOG_RESTORE_WINDOW_DAYS: "0",
} as const;

/** With it, every shard in which something may be to do goes to a worker. */
export const allToWorkers = { CUMULOG_JOBS_FROM_BYTES: "0" } as const;
