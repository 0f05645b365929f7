/**
 * Errors as the REST face says them: a status, a code of five digits that begins with the status (Confluent's where they
 * have one) and a message with the values. This is the only place that knows both a fact of the log and an HTTP status.
 *
 * A class exported by the engine, the ports or the record batches that has no row in `translations` does not compile.
 */
import type * as engine from "../engine/index.ts";
import type * as format from "../format/index.ts";
import type * as recordBatch from "../format/record-batch/index.ts";
import type * as ports from "../ports/index.ts";
import { CumulogError, type ErrorNamesOf, messageOf } from "../std/index.ts";

/** The request cannot be understood: a parameter, the JSON, a field. */
export class BadRequest extends CumulogError {
  override readonly name = "BadRequest";
  readonly kind = "caller";
}

/** A record is understood and cannot be stored as it is: its data is not what its type says. */
export class Unprocessable extends CumulogError {
  override readonly name = "Unprocessable";
  readonly kind = "caller";
}

/** A stored record cannot be shown in the format that was asked for. */
export class NotPresentable extends CumulogError {
  override readonly name = "NotPresentable";
  readonly kind = "caller";
}

/** Nothing is served at this path. */
export class UnknownPath extends CumulogError {
  override readonly name = "UnknownPath";
  readonly kind = "caller";
}

/** No cluster, broker or config of that name. */
export class UnknownResource extends CumulogError {
  override readonly name = "UnknownResource";
  readonly kind = "caller";
}

/** The path is served, but not with this method. */
export class MethodNotAllowed extends CumulogError {
  override readonly name = "MethodNotAllowed";
  readonly kind = "caller";
  readonly allowed: readonly string[];

  constructor(message: string, allowed: readonly string[]) {
    super(message);
    this.allowed = allowed;
  }
}

/** A setting of a consumer instance has no such value. */
export class InvalidConsumerConfig extends CumulogError {
  override readonly name = "InvalidConsumerConfig";
  readonly kind = "caller";
}

/** The consumer instance shows its records in another format than the client asks for. */
export class FormatMismatch extends CumulogError {
  override readonly name = "FormatMismatch";
  readonly kind = "caller";
}

/** The member that a poll speaks for is out of its group, whatever the reason. */
export class MemberFenced extends CumulogError {
  override readonly name = "MemberFenced";
  readonly kind = "fenced";
}

/** The Host header names another server than this one (DNS rebinding). */
export class HostRefused extends CumulogError {
  override readonly name = "HostRefused";
  readonly kind = "caller";
}

/** A web page of another origin sent this (CSRF). */
export class OriginRefused extends CumulogError {
  override readonly name = "OriginRefused";
  readonly kind = "caller";
}

/** The body did not arrive in time. */
export class BodyTooSlow extends CumulogError {
  override readonly name = "BodyTooSlow";
  readonly kind = "caller";
}

/** The body, or one record of a stream, is larger than allowed. */
export class BodyTooLarge extends CumulogError {
  override readonly name = "BodyTooLarge";
  readonly kind = "caller";
}

/** The answer would be larger than what this server can send. Nothing was changed. */
export class AnswerTooLarge extends CumulogError {
  override readonly name = "AnswerTooLarge";
  readonly kind = "caller";
}

/** The connection ended before the body did. */
export class BodyTruncated extends CumulogError {
  override readonly name = "BodyTruncated";
  readonly kind = "caller";
}

/** The Content-Type is none that this path takes. */
export class MediaTypeUnsupported extends CumulogError {
  override readonly name = "MediaTypeUnsupported";
  readonly kind = "caller";
}

/** Too many request bodies are held at once; nothing of this one was looked at. */
export class BodiesOverloaded extends CumulogError {
  override readonly name = "BodiesOverloaded";
  readonly kind = "busy";
}

/** The server is stopping: nothing of this was done. */
export class ServerStopping extends CumulogError {
  override readonly name = "ServerStopping";
  readonly kind = "busy";
}

type RestError =
  | BadRequest
  | Unprocessable
  | NotPresentable
  | InvalidConsumerConfig
  | FormatMismatch
  | MemberFenced
  | UnknownPath
  | UnknownResource
  | MethodNotAllowed
  | HostRefused
  | OriginRefused
  | BodyTooSlow
  | BodyTooLarge
  | AnswerTooLarge
  | BodyTruncated
  | MediaTypeUnsupported
  | BodiesOverloaded
  | ServerStopping;

/** Every error that may reach a client by its own name. */
export type ErrorName =
  | RestError["name"]
  | ErrorNamesOf<typeof engine>
  | ErrorNamesOf<typeof format>
  | ErrorNamesOf<typeof recordBatch>
  | ErrorNamesOf<typeof ports>;

/** How an error is said. */
export type Translation = {
  readonly status: 400 | 403 | 404 | 405 | 406 | 408 | 413 | 415 | 416 | 422 | 409 | 500 | 503 | 504 | 507;
  readonly code: number;
  /** What it means and what to do, for people. */
  readonly meaning: string;
  /** The same request may succeed after this long, seconds. Absent: it would fail again, or might do things twice. */
  readonly retryAfterSeconds?: number;
};

/** THE list of errors. Codes are public: never change or reuse one. */
export const translations: Readonly<Record<ErrorName, Translation>> = {
  BadRequest: say(400, 40001, "The request cannot be understood. The message names the parameter or field."),
  BodyTruncated: say(400, 40003, "The connection ended before the body did."),
  InvalidTopicName: say(
    400,
    40002,
    "A topic cannot have this name: 1 to 249 of a-z, A-Z, 0-9, `.`, `_`, `-`.",
  ),
  TopicExists: say(400, 40002, "The topic exists already."),
  InvalidPartitions: say(400, 40002, "The topic cannot have this many partitions."),
  InvalidConfig: say(400, 40002, "A topic config is unknown, malformed or out of range."),
  InvalidGroupId: say(400, 40002, "A group cannot have this id: 1 to 512 bytes of text."),
  HostRefused: say(403, 40301, "The Host header is none of this server: see `--allowed-hosts`."),
  OriginRefused: say(403, 40302, "Web pages of this origin may not call: see `--allowed-origins`."),
  UnknownPath: say(404, 40400, "Nothing is served at this path."),
  UnknownTopic: say(404, 40401, "The topic does not exist."),
  UnknownPartition: say(404, 40402, "The topic has no such partition."),
  UnknownMember: say(
    404,
    40403,
    "The group has no such member or consumer: it left or was expired. Join anew.",
  ),
  UnknownInstance: say(
    404,
    40403,
    "The group has no such consumer instance: it was deleted, or the group expired it. Make it anew.",
  ),
  UnknownResource: say(404, 40404, "There is no cluster, broker or config of that name."),
  UnknownGroup: say(404, 40405, "There is no group of this id."),
  FormatMismatch: say(
    406,
    40601,
    "The consumer instance was made for another format than the Accept header asks for.",
  ),
  MethodNotAllowed: say(405, 40501, "The path is not served with this method: see the Allow header."),
  BodyTooSlow: say(408, 40801, "The body did not arrive in time. What was not answered was not stored."),
  TopicFenced: say(409, 40901, "The topic was deleted, or deleted and created anew, meanwhile."),
  InstanceExists: say(409, 40902, "The group has a consumer instance of this name."),
  InstanceConflict: say(
    409,
    40903,
    "What is asked does not go with what the consumer instance is subscribed to or was assigned.",
  ),
  OutOfOrderSequence: say(409, 40916, "A batch of an idempotent producer is missing before this one."),
  DuplicateSequence: say(409, 40917, "The batch was appended so long ago that its offset is not remembered."),
  InvalidProducerEpoch: say(409, 40904, "A newer epoch of the same producer wrote: this one is out."),
  UnknownProducer: say(409, 40905, "The partition does not know the producer; its first sequence is 0."),
  RebalanceInProgress: say(409, 40906, "Members are joining the group: this one has to join too."),
  GenerationFenced: say(409, 40907, "The generation that the member speaks for is over."),
  InstanceFenced: say(409, 40908, "Another process has joined under the same instance id: this one is out."),
  GroupNotEmpty: say(409, 40909, "The group has members: stop them first."),
  OtherGroupKind: say(409, 40910, "The group is served by the other protocol at present."),
  UpgradeRefused: say(
    409,
    40921,
    "The group's members speak the classic protocol, and it is not taken over from them.",
  ),
  TopicSubscribed: say(409, 40911, "The group is subscribed to the topic: its offsets stay."),
  GroupFull: say(409, 40912, "The group has as many members as it may have."),
  StaleMemberEpoch: say(
    409,
    40913,
    "The member speaks for another epoch than it is in. Send a heartbeat first.",
  ),
  FencedMemberEpoch: say(409, 40914, "The member's epoch is fenced: give up all partitions and join anew."),
  UnreleasedInstance: say(409, 40915, "Another member has this instance id and has not left it."),
  InstanceBusy: say(
    409,
    40918,
    "Another call of the consumer instance came between. This one delivered nothing: ask again.",
  ),
  MemberFenced: say(
    409,
    40919,
    "The member is out of its group: what it did not commit is another's. Join anew, without `member`.",
  ),
  PositionMissing: say(
    409,
    40920,
    "Nothing says where to begin: no offset is committed, or it is outside the log. Commit or seek.",
  ),
  BodyTooLarge: say(
    413,
    41301,
    "The body, or one record of a stream, is too large: see `--request-bytes-max`.",
  ),
  BatchTooLarge: say(413, 41302, "A record or batch is larger than the topic's `max.message.bytes`."),
  AnswerTooLarge: say(
    413,
    41303,
    "The answer is larger than a function may give: ask for less (`max_bytes`).",
  ),
  MediaTypeUnsupported: say(415, 41501, "The Content-Type is none that this path takes."),
  OffsetOutOfRange: say(416, 41601, "The offset is outside the log. The message has the range."),
  Unprocessable: say(422, 42201, "A record's data is not what its type says (base64, Unicode, time)."),
  InvalidConsumerConfig: say(422, 42204, "A setting of a consumer instance has no such value."),
  NotPresentable: say(
    422,
    42202,
    "A stored record cannot be shown in the format asked for; try `format=binary`.",
  ),
  RecordRefused: say(422, 42203, "The topic does not take this record (no key on a compacted topic)."),
  TimestampRefused: say(422, 42218, "The timestamp is outside what the topic allows."),
  BatchInvalid: say(422, 42205, "A field of a record batch holds what it must not."),
  BatchTruncated: say(422, 42206, "The bytes end before the record batch does."),
  BatchChecksumWrong: say(422, 42207, "The CRC-32C of a record batch is not that of its bytes."),
  BatchMagicUnsupported: say(422, 42208, "Only record batches of format v2 are served."),
  BadCompression: say(422, 42209, "A record batch does not decompress, or to more than is allowed."),
  InconsistentProtocol: say(422, 42210, "The member knows no protocol that all others of its group know."),
  InvalidSession: say(422, 42211, "The session's time is outside what is allowed."),
  MemberTooLarge: say(422, 42212, "A member's ids, metadata or assignment are too large to be stored."),
  OffsetMetadataTooLarge: say(422, 42213, "The text beside a committed offset is longer than 4,096 bytes."),
  OffsetInvalid: say(422, 42214, "A committed offset is negative."),
  OffsetsFull: say(422, 42215, "The group's offsets of one topic have no room for more text beside them."),
  UnsupportedAssignor: say(422, 42216, "No assignor of this name is served: `uniform` or `range`."),
  InvalidRegularExpression: say(422, 42217, "The pattern is none of RE2's syntax, or too long."),
  FormatNewer: say(500, 50004, "The log was written by a newer version: use that one."),
  RecordsCorrupt: say(500, 50005, "Stored bytes are missing or not what was written: call a human."),
  StoreCorrupt: say(500, 50006, "The store holds bytes that are not what was written: call a human."),
  StoreMisconfigured: say(
    500,
    50007,
    "The store refuses this installation: the message says what is missing, the log what its operator must do. No record was stored.",
  ),
  SweepRefused: say(
    500,
    50008,
    "Something speaks against the sweep: nothing was deleted. The message says what.",
  ),
  ItemRequestInvalid: say(500, 50002, "An error of this program."),
  ObjectRequestInvalid: say(500, 50002, "An error of this program."),
  TopicBusy: say(503, 50301, "Another change of the topic is under way. Not done.", 1),
  TopicChangeUnfinished: say(
    503,
    50302,
    "The stores did not confirm the change: it may be made. Look, then ask again.",
    1,
  ),
  AppendFailed: say(503, 50303, "The stores did not take it in time. Certainly not stored.", 1),
  ReadFailed: say(503, 50304, "The stores could not be read in time.", 1),
  Overloaded: say(503, 50305, "Too much is being written at once. Not stored.", 1),
  BodiesOverloaded: say(503, 50306, "Too many request bodies are held at once. Not looked at.", 1),
  EngineClosed: say(503, 50307, "The log is closing. Not done.", 5),
  ServerStopping: say(503, 50308, "The server is stopping. Not done.", 5),
  StoreThrottled: say(503, 50309, "The store asks to slow down. Not done.", 1),
  StoreUnavailable: say(503, 50310, "The store cannot be reached. Not done.", 1),
  ClusterIdMissing: say(503, 50311, "The log is new and its cluster id is not made yet.", 1),
  GroupUnavailable: say(503, 50312, "The group could not be reached in time. Ask again.", 1),
  AppendOutcomeUnknown: say(
    504,
    50401,
    "No answer tells whether it was stored: it may be there, at most once.",
  ),
  OutcomeUnknown: say(504, 50402, "No answer tells whether it was done."),
  StoreFull: say(507, 50701, "The disk or the quota is full. Not stored; free some space."),
};

/** What a client is told when nothing better is known. */
export const unexpected: Translation = say(
  500,
  50002,
  "An error of this program: the log has the request id.",
);

/** How an error is said to a client. Programmer errors and what has no name are `unexpected`. */
export function translate(error: unknown): Translation {
  return (error instanceof CumulogError && translations[error.name as ErrorName]) || unexpected;
}

/** The header that says when to try again; none where the same request would fail again, or might do things twice. */
export function retryAfterHeader({ retryAfterSeconds }: Translation): Readonly<Record<string, string>> {
  return retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
}

/** What a client reads: the values, but nothing of the inside. */
export function publicMessage(error: unknown, requestId: string): string {
  return translate(error).code === unexpected.code
    ? `internal error; the log has it under request ${requestId}`
    : messageOf(error);
}

/** Markdown: one row an error, in the order of the codes. */
export function renderErrors(): string {
  const rows = Object.entries(translations).map(([name, { status, code, meaning, retryAfterSeconds }]) => ({
    code,
    line: `| ${status} | ${code} | ${name} | ${meaning} | ${retryAfterSeconds === undefined ? "" : "yes"} |\n`,
  }));
  const lines = rows.sort((a, b) => a.code - b.code).map(row => row.line);
  return `| Status | error_code | Name | Meaning | Retry-After |\n| --- | --- | --- | --- | --- |\n${lines.join("")}`;
}

function say(
  status: Translation["status"],
  code: number,
  meaning: string,
  retryAfterSeconds?: number,
): Translation {
  return { status, code, meaning, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
}
