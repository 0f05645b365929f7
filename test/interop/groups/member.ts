/**
 * One member of a group: a client's program in a process of its own, told on its input what to do, saying line by line what
 * it owns and reads. It stands for a process of a user: it can be killed as one.
 */
import type { ChildProcess } from "node:child_process";
import { tmpdir } from "node:os";
import { createInterface } from "node:readline";
import { start } from "../../package/processes.ts";
import type { MemberClient } from "./clients.ts";
import { Ledger } from "./ledger.ts";

/** What a member is told when it starts, as JSON. */
export type MemberSpec = {
  readonly bootstrap: string;
  readonly group: string;
  readonly topic: string;
  readonly sessionMs: number;
  readonly heartbeatMs: number;
  /** `default` leaves it to the client. */
  readonly strategy: "default" | "range" | "cooperative";
  readonly protocol: "classic" | "consumer";
  /** The name of a static member. */
  readonly instance: string | null;
};

/**
 * What a member says. `owns` holds everything that it owns now. `revoked` holds what it gave up, before the next `owns`.
 * `fenced` says that another has its place.
 */
export type MemberEvent =
  | { readonly event: "owns" | "revoked"; readonly partitions: readonly number[] }
  | { readonly event: "record"; readonly partition: number; readonly offset: number }
  | { readonly event: "committed" }
  | { readonly event: "fenced" }
  | { readonly event: "failed"; readonly why: string };

/** Only against hanging, also of a machine under load. */
const waitMsMax = 90_000;

/** A process that is, or was, a member. */
export class Member {
  readonly name: string;
  readonly #client: MemberClient;
  readonly #child: ChildProcess;
  readonly #events: MemberEvent[] = [];
  readonly #noise: string[] = [];
  readonly #ledger: Ledger;
  #hasEnded = false;
  readonly #onChange: () => void;

  /** Starts it. `onChange` is called after each event, and at its end. */
  constructor(
    { client, onChange }: { readonly client: MemberClient; readonly onChange: () => void },
    { name, spec }: { readonly name: string; readonly spec: MemberSpec },
  ) {
    this.name = name;
    this.#client = client;
    this.#ledger = new Ledger(client);
    this.#onChange = onChange;
    const { command, args } = client.command(spec);
    const understand = client.ears();
    this.#child = start(command, args, tmpdir());
    for (const stream of [this.#child.stdout, this.#child.stderr])
      if (stream) createInterface({ input: stream }).on("line", line => this.#hear(line, understand(line)));
    this.#child.stdin?.on("error", () => undefined);
    this.#child.on("error", error => this.#noise.push(String(error)));
    this.#child.on("close", code => {
      this.#hasEnded = true;
      this.#noise.push(`ended with ${code}`);
      this.#onChange();
    });
  }

  /** What it owns; nothing once it has ended. */
  get owned(): readonly number[] {
    return this.#hasEnded ? [] : this.#ledger.owned;
  }

  /** Everything that it said. */
  get events(): readonly MemberEvent[] {
    return this.#events;
  }

  /** Whether its process is gone. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** The places of the records that it read, as `partition:offset`, in their order; without those that were late. */
  get read(): readonly string[] {
    return this.#ledger.read;
  }

  /** The places of the records that it gave out late: of partitions that it had just given up. */
  get late(): readonly string[] {
    return this.#ledger.late;
  }

  /** Whether it said such an event. */
  hasSaid(event: MemberEvent["event"]): boolean {
    return this.#events.some(each => each.event === event);
  }

  /** Commits what it has read. Nothing to do for a client that does so by itself. */
  commit(): void {
    if (!this.#client.commitsItself) this.#child.stdin?.write("commit\n");
  }

  /** Leaves the group as the client does, and ends. */
  leave(): void {
    if (this.#client.leavesBySignal) this.#child.kill("SIGTERM");
    else this.#child.stdin?.write("leave\n");
  }

  /** kill -9: nobody is told. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** What it said last, for a report of what went wrong. */
  describe(): string {
    const failures = this.#events.flatMap(each => (each.event === "failed" ? [each.why] : []));
    const last = [...failures, ...this.#noise].slice(-3).join(" / ");
    const owns = this.#ledger.owned.join();
    const late = this.late.length === 0 ? "" : ` and ${this.late.length} late`;
    return `${this.name} owns [${owns}], read ${this.read.length}${late}${last === "" ? "" : `, said ${last}`}`;
  }

  #hear(line: string, heard: MemberEvent | undefined): void {
    if (heard === undefined) {
      if (line.trim() !== "") this.#noise.push(line.slice(0, 300));
      return;
    }
    this.#events.push(heard);
    this.#ledger.hear(heard);
    this.#onChange();
  }
}

/** Members of one test, and a way to wait for them. */
export class Crew {
  readonly #client: MemberClient;
  readonly #spec: MemberSpec;
  readonly #members: Member[] = [];
  #waiting: (() => void)[] = [];

  constructor({ client }: { readonly client: MemberClient }, spec: MemberSpec) {
    this.#client = client;
    this.#spec = spec;
  }

  /** Everyone who ever joined. */
  get members(): readonly Member[] {
    return this.#members;
  }

  /** Those whose process lives. */
  get living(): readonly Member[] {
    return this.#members.filter(member => !member.hasEnded);
  }

  /** Starts a member; it differs from the crew's as told. */
  join(name: string, differences: Partial<MemberSpec> = {}, client = this.#client): Member {
    const onChange = (): void => {
      for (const wake of this.#waiting.splice(0)) wake();
    };
    const member = new Member({ client, onChange }, { name, spec: { ...this.#spec, ...differences } });
    this.#members.push(member);
    return member;
  }

  /** Waits until it holds. Throws with what everybody said, when it does not. */
  async until(what: string, holds: () => boolean): Promise<void> {
    const endMs = performance.now() + waitMsMax;
    while (!holds()) {
      const leftMs = endMs - performance.now();
      if (leftMs <= 0) throw new Error(`not ${what}: ${this.describe()}`);
      await this.#change(leftMs);
    }
  }

  /** What everybody said last. */
  describe(): string {
    return this.#members.map(member => member.describe()).join("; ");
  }

  /** Ends every process that is left. */
  async close(): Promise<void> {
    for (const member of this.living) member.kill();
    await this.until("ended", () => this.living.length === 0);
  }

  #change(msMax: number): Promise<void> {
    return new Promise(resolve => {
      const patience = setTimeout(resolve, msMax);
      this.#waiting.push(() => {
        clearTimeout(patience);
        resolve();
      });
    });
  }
}
