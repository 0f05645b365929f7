/**
 * What is fetched for a group as JSON, and how far that came. A reader goes on behind what it was shown, and where it stands may
 * be written before the answer goes out: so an answer ends, record by record, before it grows past what can be sent. A record that
 * cannot be shown ends its partition's part: it is the first of the next answer, and refused there with its place.
 */
import type { PartitionRecords, Take, TopicPosition } from "../../engine/index.ts";
import type { BatchRecord } from "../../format/record-batch/index.ts";
import { messageOf } from "../../std/index.ts";
import { batchesOf, endOf, jsonGrowthMax, recordsFrom } from "../batches.ts";
import type { Service } from "../deps.ts";
import { AnswerTooLarge, NotPresentable } from "../errors.ts";

/** Shows one record as JSON. Throws NotPresentable. */
export type ShowRecord = (place: PartitionRecords, record: BatchRecord) => string;

/** Shows records until they are as many bytes as those asked for may become; the first one however large it is, if it can be sent. */
export function showing(service: Service, bytesMax: number, show: ShowRecord): Take<readonly string[]> {
  return async all => {
    const answer = new ShownRecords(service, bytesMax, show);
    const next: TopicPosition[] = [];
    for (const each of all) {
      const offset = await answer.add(each);
      if (offset > each.offset) next.push({ topic: each.topic, partition: each.partition, offset });
      if (answer.isFull) break;
    }
    return { value: answer.texts, next };
  };
}

/** The records of one answer. */
class ShownRecords {
  readonly texts: string[] = [];
  readonly #service: Service;
  readonly #show: ShowRecord;
  #bytesLeft: number;
  #isFull = false;

  constructor(service: Service, bytesMax: number, show: ShowRecord) {
    this.#service = service;
    this.#show = show;
    this.#bytesLeft = Math.min(bytesMax * jsonGrowthMax, service.options.answerBytesMax);
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  /** Adds what fits of a partition; answers where it goes on. Throws NotPresentable or AnswerTooLarge for the very first record. */
  async add(place: PartitionRecords): Promise<number> {
    let next = place.offset;
    for (const batch of batchesOf(place.answer)) {
      for (const record of await recordsFrom(this.#service, batch, place.offset))
        if (!this.#addRecord(place, record)) return record.offset;
      next = Math.max(next, endOf(batch));
    }
    return next;
  }

  #addRecord(place: PartitionRecords, record: BatchRecord): boolean {
    const text = this.#textOf(place, record);
    if (text === undefined) return false;
    const bytes = Buffer.byteLength(text) + 1;
    const isFirst = this.texts.length === 0;
    if (isFirst && bytes > this.#service.options.answerBytesMax)
      throw new AnswerTooLarge(
        `${said(place)}: the record at offset ${record.offset} takes ${bytes} bytes as JSON, ` +
          `${this.#service.options.answerBytesMax} can be sent from here: seek past it, or read it as record batches`,
      );
    if (!isFirst && bytes > this.#bytesLeft) {
      this.#isFull = true;
      return false;
    }
    this.#bytesLeft -= bytes;
    this.texts.push(text);
    return true;
  }

  #textOf(place: PartitionRecords, record: BatchRecord): string | undefined {
    try {
      return this.#show(place, record);
    } catch (error) {
      if (!(error instanceof NotPresentable)) throw error;
      if (this.texts.length > 0) return undefined;
      throw new NotPresentable(`${said(place)}: ${messageOf(error)}`);
    }
  }
}

function said({ topic, partition }: PartitionRecords): string {
  return `topic ${topic}, partition ${partition}`;
}
