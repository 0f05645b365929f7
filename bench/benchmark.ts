/**
 * What a benchmark is given. Its own file says what it measures.
 */
import type { Report } from "./report.ts";

export type BenchSettings = {
  /** How often each case is measured; the median counts. */
  readonly rounds: number;
  /** How long one measurement takes, about. */
  readonly seconds: number;
  /** Everything small: shows that the benchmark works, and nothing of speed. */
  readonly isQuick: boolean;
  /** Stores in memory instead of on the disk. */
  readonly isMemory: boolean;
  /** Parts of a benchmark that has parts; all of them when empty. */
  readonly only: readonly string[];
  /** An empty directory on the file system to measure; removed afterwards. */
  readonly directory: string;
  /** Told what is being measured. */
  readonly say: (line: string) => void;
};

export type Benchmark = {
  readonly name: string;
  /** Not among "all": it needs what is not installed with the project. */
  readonly isOnlyWhenNamed?: true;
  readonly run: (settings: BenchSettings) => Promise<Report>;
};
