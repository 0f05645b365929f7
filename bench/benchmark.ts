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
  /** An empty directory on the file system to measure; removed afterwards. */
  readonly directory: string;
  /** Told what is being measured. */
  readonly say: (line: string) => void;
};

export type Benchmark = {
  readonly name: string;
  readonly run: (settings: BenchSettings) => Promise<Report>;
};
