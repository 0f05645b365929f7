/** What readers of a compacted topic may see, told apart from how it is done. */
import type { Keyed } from "./testing.ts";

type Written = { readonly key: string; readonly value: string | null; firstSeenMs: number | undefined };

export class CompactModel {
  readonly #written: Written[] = [];

  get end(): number {
    return this.#written.length;
  }

  wrote(base: number, records: readonly Keyed[]): void {
    if (base !== this.#written.length) throw new Error(`written at ${base}, not ${this.#written.length}`);
    for (const [key, value] of records) this.#written.push({ key, value, firstSeenMs: undefined });
  }

  /** A round may have seen everything that is there. */
  tended(nowMs: number): void {
    for (const each of this.#written) each.firstSeenMs ??= nowMs;
  }

  /** What is wrong with what a reader saw who read from an offset to the end; `keptMs`: how long tombstones stay. */
  problems(lines: readonly string[], from: number, nowMs: number, keptMs: number): readonly string[] {
    const problems: string[] = [];
    const seen = new Set<number>();
    let last = from - 1;
    for (const line of lines) {
      const at = Number(line.split(" ")[0]);
      if (at <= last) problems.push(`offset ${at} after ${last}`);
      if (line !== this.#line(at)) problems.push(`read ${line}, written was ${this.#line(at)}`);
      seen.add(at);
      last = at;
    }
    for (const [key, at] of this.#lastOffsets()) {
      if (at < from || seen.has(at)) continue;
      const { value, firstSeenMs } = this.#written[at] ?? { value: "", firstSeenMs: undefined };
      if (value !== null) problems.push(`the last value of ${key} is gone: ${at}`);
      else if (firstSeenMs === undefined || nowMs < firstSeenMs + keptMs)
        problems.push(`the tombstone of ${key} at ${at} is gone too early`);
      const risen = [...seen].filter(each => this.#written[each]?.key === key);
      if (risen.length > 0) problems.push(`${key} is back at ${risen} though deleted at ${at}`);
    }
    return problems;
  }

  /** The last value of each key, and nothing else. */
  lastValues(): readonly string[] {
    return [...this.#lastOffsets().values()]
      .filter(at => this.#written[at]?.value !== null)
      .toSorted((a, b) => a - b)
      .map(at => this.#line(at));
  }

  #lastOffsets(): ReadonlyMap<string, number> {
    return new Map(this.#written.map(({ key }, at) => [key, at]));
  }

  #line(at: number): string {
    const { key, value } = this.#written[at] ?? { key: "nothing", value: null };
    return `${at} ${key}${value === null ? "" : `=${value}`}`;
  }
}
