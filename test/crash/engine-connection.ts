/**
 * The same without a network: requests straight to an engine in this process.
 */
import type { Engine } from "../../lib/engine/index.ts";
import { type CumulogError, concat, present } from "../../lib/std/index.ts";
import { batchOf, recordsIn } from "./batches.ts";
import type { Appended, Connection, Failed, Fetched, Part, Place } from "./connection.ts";

export class EngineConnection implements Connection {
  readonly partsMax = 4;
  readonly recordsMax = 20;
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async append(parts: readonly Part[], told: (part: number, outcome: Appended) => void): Promise<void> {
    const answers = await this.#engine.append(
      parts.map(({ topic, partition, records }) => ({ topic, partition, batches: batchOf(records) })),
    );
    for (const [index, answer] of answers.entries())
      told(
        index,
        answer.kind === "appended" ? { kind: "ok", baseOffset: answer.baseOffset } : failed(answer.error),
      );
  }

  async fetch(
    { topic, partition }: Place,
    offset: number,
    waitMs: number,
    bytesMax: number,
  ): Promise<Fetched> {
    const options = { waitMsMax: waitMs, bytesMin: 1, bytesMax };
    const answers = await this.#engine.fetch([{ topic, partition, offset, bytesMax }], options);
    const answer = present(answers[0], "an answer");
    if (answer.kind === "failed") return failed(answer.error);
    const { nextOffset, highWatermark, logStartOffset } = answer;
    return {
      kind: "ok",
      records: await recordsIn(concat(answer.batches)),
      nextOffset,
      highWatermark,
      logStartOffset,
    };
  }

  close(): void {}
}

function failed({ name, kind, message }: CumulogError): Failed {
  const isUncertain = name === "AppendOutcomeUnknown" || kind === "bug";
  return { kind: isUncertain ? "info" : "fail", error: { name, kind, message } };
}
