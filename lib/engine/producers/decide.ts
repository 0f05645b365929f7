/**
 * Whether a producer's batch may be appended, given what the partition remembers of that producer. Pure: the rules of
 * Kafka's idempotent producer (KIP-98, KIP-360).
 *
 *   same epoch    next sequence -> append    in a remembered range -> duplicate    older -> too old    later -> gap
 *   higher epoch  sequence 0 -> append       otherwise -> gap
 *   lower epoch   fenced
 *   no state      sequence 0 -> append       otherwise -> unknown producer
 */
import { DuplicateSequence, InvalidProducerEpoch, OutOfOrderSequence, UnknownProducer } from "../errors.ts";
import { sequenceDistance } from "./sequences.ts";
import { nextSequence, offsetOf, type ProducerState } from "./state.ts";

/** The producer's part of a batch. */
export type ProducerBatch = {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly count: number;
};

export type Decision =
  | { readonly kind: "append" }
  /** It is in the log since an earlier attempt, at this offset. */
  | { readonly kind: "duplicate"; readonly baseOffset: number }
  | {
      readonly kind: "refuse";
      readonly error: DuplicateSequence | InvalidProducerEpoch | OutOfOrderSequence | UnknownProducer;
    };

/** What lies this far behind is an old batch; what lies further ahead would be behind: half the circle of sequences. */
const behindMax = 2 ** 30;

export function decide(state: ProducerState | undefined, batch: ProducerBatch): Decision {
  const { producerId, producerEpoch, firstSequence, count } = batch;
  const who = `producer ${producerId} epoch ${producerEpoch}`;
  if (state === undefined)
    return firstSequence === 0
      ? { kind: "append" }
      : refuse(new UnknownProducer(`${who} is not known here: its sequence ${firstSequence} should be 0`));
  if (producerEpoch < state.epoch)
    return refuse(new InvalidProducerEpoch(`${who} is fenced by epoch ${state.epoch}`));
  const expected = producerEpoch > state.epoch ? 0 : nextSequence(state);
  if (firstSequence === expected) return { kind: "append" };
  if (producerEpoch === state.epoch) {
    const baseOffset = offsetOf(state, firstSequence, count);
    if (baseOffset !== undefined) return { kind: "duplicate", baseOffset };
    if (sequenceDistance(firstSequence, expected) <= behindMax)
      return refuse(
        new DuplicateSequence(
          `${who}: sequence ${firstSequence} was appended so long ago that its offset is forgotten; ${expected} is next`,
        ),
      );
  }
  return refuse(new OutOfOrderSequence(`${who}: sequence ${firstSequence} came, ${expected} is next`));
}

function refuse(error: Extract<Decision, { kind: "refuse" }>["error"]): Decision {
  return { kind: "refuse", error };
}
