/**
 * What the smoke knows of the log that it is held against: the topic that it made, and every record that it was told is
 * stored. Answers are read here, and what is wrong with one is told with the request and the answer.
 */
import assert from "node:assert/strict";
import type { Answer, Call, Sent } from "../caller.ts";

/** A record as it must come back. Bytes in base64; null is none. */
export type StoredRecord = {
  readonly offset: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: readonly { readonly name: string; readonly value: string | null }[];
};

/** How the log is reached, and what else can be done about it. */
export type SmokePlan = {
  readonly call: Call;
  /** A name that no topic has; others are made from it. */
  readonly topic: string;
  /** Largest body that the log takes, bytes. */
  readonly bodyBytesMax: number;
  /** Whether requests without a signature are let in: some emulators ask nobody. */
  readonly isOpen?: boolean;
  /** Whether a body that is refused is not read to its end: so do servers, but not an API that reads it first. */
  readonly cutsBodies?: boolean;
  /** What goes past the API; without it those steps are left out that need it. */
  readonly backstage?: Backstage;
};

/** What can be done to a deployment past its API. */
export type Backstage = {
  /** Runs the maintenance once, now. */
  readonly tick: () => Promise<void>;
  /** Leaves a topic of this name as a creator does who died half-way. */
  readonly leaveHalfMade: (name: string) => Promise<void>;
};

type Json = Readonly<Record<string, unknown>>;

export class SmokeLog {
  readonly plan: SmokePlan;
  readonly topic: string;
  readonly #records = new Map<number, StoredRecord[]>();
  readonly #batches = new Map<number, Uint8Array>();
  #clusterId: string | undefined;

  constructor(plan: SmokePlan) {
    this.plan = plan;
    this.topic = plan.topic;
  }

  /** Below `/v3/clusters/<id>`. */
  async v3(path: string): Promise<string> {
    this.#clusterId ??= await this.#askClusterId();
    return `/v3/clusters/${this.#clusterId}${path}`;
  }

  /** Sends, and answers with the JSON of an answer that has this status. */
  async json(status: number, method: string, path: string, sent?: Sent): Promise<Json> {
    const answer = await this.expect(status, method, path, sent);
    return answer.body.length === 0 ? {} : JSON.parse(answer.body.toString("utf8"));
  }

  /** Sends, and answers with an answer that has this status. */
  async expect(status: number, method: string, path: string, sent?: Sent): Promise<Answer> {
    const answer = await this.plan.call(method, path, sent);
    const told = answer.body.toString("utf8").slice(0, 500);
    assert.equal(answer.status, status, `${method} ${path}: ${answer.status} ${told}`);
    return answer;
  }

  /** Sends what must be refused, in Confluent's shape. */
  async refused(status: number, code: number, method: string, path: string, sent?: Sent): Promise<void> {
    const answer = await this.json(status, method, path, sent);
    assert.deepEqual(Object.keys(answer).sort(), ["error_code", "message"], `${method} ${path}`);
    assert.equal(answer["error_code"], code, `${method} ${path}: ${String(answer["message"])}`);
    assert.notEqual(answer["message"], "", `${method} ${path}`);
  }

  /** Keeps in mind that a record is stored. */
  stored(partition: number, record: StoredRecord): void {
    const records = this.#records.get(partition) ?? [];
    this.#records.set(partition, [...records, record]);
  }

  /** Keeps in mind a batch that was sent as it is, by the offset of its first record. */
  sent(offset: number, batch: Uint8Array): void {
    this.#batches.set(offset, batch);
  }

  /** Batches that were sent as they are, in the order of offsets. */
  batches(): readonly (readonly [number, Uint8Array])[] {
    return [...this.#batches].sort(([a], [b]) => a - b);
  }

  /** Every record that is stored, in the order of offsets. */
  recordsOf(partition: number): readonly StoredRecord[] {
    return (this.#records.get(partition) ?? []).toSorted((a, b) => a.offset - b.offset);
  }

  async #askClusterId(): Promise<string> {
    const { data } = await this.json(200, "GET", "/v3/clusters");
    const [cluster] = data as readonly { readonly cluster_id: string }[];
    assert.ok(cluster, "there is a cluster");
    return cluster.cluster_id;
  }
}

/** One thing that a deployment must be able to do, as a sentence of which the log is the subject. */
export type Step = {
  readonly title: string;
  /** Why it cannot be tried here, if it cannot. */
  readonly obstacle?: (plan: SmokePlan) => string | undefined;
  readonly run: (log: SmokeLog) => Promise<void>;
};

/** A body of JSON. */
export function asJson(value: unknown, mediaType = "application/json"): Sent {
  return { headers: { "content-type": mediaType }, body: JSON.stringify(value) };
}

/** Bytes or text in base64. */
export function base64(bytes: string | Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
