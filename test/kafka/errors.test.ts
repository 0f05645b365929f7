import { describe, expect, it } from "vitest";
import * as engine from "../../lib/engine/index.ts";
import { errorCodes } from "../../lib/kafka/error-codes.ts";
import { codeOf, errorRows } from "../../lib/kafka/errors.ts";
import { StoreFull } from "../../lib/ports/index.ts";

/** Codes of a produce answer that both Java's client and librdkafka try again after, until the record's time is over. */
const triedAgain: readonly number[] = [
  errorCodes.LEADER_NOT_AVAILABLE,
  errorCodes.NOT_LEADER_OR_FOLLOWER,
  errorCodes.REQUEST_TIMED_OUT,
  errorCodes.NOT_ENOUGH_REPLICAS,
  errorCodes.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
  errorCodes.KAFKA_STORAGE_ERROR,
];

describe("what clients hear", () => {
  it("of an append that may be tried again lets them try again", () => {
    const passing = [
      new engine.Overloaded("later"),
      new engine.AppendFailed("later"),
      new engine.AppendOutcomeUnknown("later"),
      new engine.EngineClosed("later"),
      new engine.TopicBusy("later"),
      new engine.ReadFailed("later"),
      new StoreFull("later"),
    ];
    const given = passing.filter(error => !triedAgain.includes(codeOf(error)));
    expect(given.map(({ name }) => name)).toEqual([]);
  });

  it("of a fault of ours is that it is unknown", () => {
    expect(codeOf(new TypeError("not a function"))).toBe(errorCodes.UNKNOWN_SERVER_ERROR);
    expect(codeOf("thrown")).toBe(errorCodes.UNKNOWN_SERVER_ERROR);
  });

  it("makes them forget their position only for facts that were read strongly", () => {
    const forgetting = errorRows.filter(({ code }) =>
      ["OFFSET_OUT_OF_RANGE", "UNKNOWN_TOPIC_OR_PARTITION"].includes(code),
    );
    expect(forgetting.map(({ fact }) => fact).sort()).toEqual([
      "OffsetOutOfRange",
      "TopicFenced",
      "UnknownPartition",
      "UnknownTopic",
    ]);
  });
});
