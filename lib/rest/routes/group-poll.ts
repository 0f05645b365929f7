/**
 * One call for readers that live for one request: it commits what the caller has done, renews its place in the group, and brings
 * what comes next. The caller keeps nothing but what it was answered.
 */
import * as z from "zod";
import {
  type CommitPartition,
  FencedMemberEpoch,
  type GroupPoll,
  type GroupPolled,
  InstanceFenced,
  StaleMemberEpoch,
  type TopicOffsets,
  UnknownMember,
} from "../../engine/index.ts";
import { messageOf } from "../../std/index.ts";
import { jsonText } from "../answer.ts";
import { readJson } from "../body.ts";
import { defaultRestOptions, type Service } from "../deps.ts";
import { BadRequest, MemberFenced, translate } from "../errors.ts";
import { requestIdHeader } from "../failures.ts";
import { type ShowRecord, showing, waitingSignal } from "../groups/index.ts";
import { formats, presentRecord } from "../present.ts";
import { type Call, type Route, route } from "../route.ts";
import { groupParams, none, offsetNumber } from "../schemas.ts";
import { groupPath, groupTag } from "./groups.ts";
import { requireCluster } from "./places.ts";

const { fetchBytesMax, fetchWaitMsMax } = defaultRestOptions;
const bytesMaxDefault = 1024 * 1024;

const position = z.strictObject({ topic: z.string(), partition: z.int().min(0), offset: offsetNumber });

const asked = z
  .strictObject({
    member: z
      // Not strict: it may be sent back as it was answered.
      .object({
        id: z.string().min(1, "1 character or more is wanted"),
        epoch: z.int().min(0).nullish().meta({ description: "As answered last. 0 or nothing: joins." }),
      })
      .nullish()
      .meta({
        description: "As answered last. With an `id` alone: joins under it. Nothing: joins under a new one.",
      }),
    topics: z.array(z.string()).nullish(),
    topic_pattern: z
      .string()
      .nullish()
      .meta({ description: "RE2; all topics whose whole names match, beside those of `topics`." }),
    commit: z
      .array(position.extend({ metadata: z.string().nullish() }))
      .nullish()
      .meta({
        description:
          "The next offset to read of each partition that the caller is done with: `next` of an answer.",
      }),
    positions: z
      .array(position)
      .nullish()
      .meta({ description: "Where partitions go on that are not to go on where they are committed." }),
    auto_offset_reset: z.enum(["earliest", "latest", "none"]).nullish().meta({
      description: "Where a partition begins that has no committed offset; `earliest` unless said.",
    }),
    action: z
      .enum(["read", "heartbeat", "leave"])
      .nullish()
      .meta({
        description:
          "`read` unless said. `heartbeat`: the caller lives, and is at work on what it has: it gives nothing up and gets nothing. " +
          "`leave`: it commits and goes.",
      }),
    max_bytes: z
      .int()
      .min(1)
      .nullish()
      .meta({
        description: `Bytes of record batches; ${bytesMaxDefault} unless said, ${fetchBytesMax} at most.`,
      }),
    wait_ms: z
      .int()
      .min(0)
      .nullish()
      .meta({ description: `How long to wait for records; 0 unless said, ${fetchWaitMsMax} at most.` }),
    format: z
      .enum(formats)
      .nullish()
      .meta({ description: "`binary` (base64) unless said, `string`, `json`." }),
    assignor: z.string().nullish().meta({ description: "`uniform` or `range`." }),
    client_id: z.string().nullish().meta({ description: "How reports call the caller." }),
  })
  .meta({ id: "GroupPollRequest" });

const shownData = z.unknown().meta({ description: "Base64, text or JSON, as `format` says; null for none." });

const answered = z
  .object({
    member: z.object({
      id: z.string(),
      epoch: z.int(),
      heartbeat_within_ms: z
        .int()
        .meta({ description: "Who is silent for longer is taken out of its group." }),
    }),
    rebalanced: z.boolean().meta({ description: "The assignment is not what it was at the call before." }),
    assignment: z.array(z.object({ topic: z.string(), partitions: z.array(z.int()) })),
    records: z.array(
      z.object({
        topic: z.string(),
        partition: z.int(),
        offset: offsetNumber,
        timestamp: z.int(),
        key: shownData,
        value: shownData,
        headers: z.array(z.object({ name: z.string(), value: z.string().nullable() })),
      }),
    ),
    next: z.array(position).meta({ description: "What to commit when these records are done with." }),
    failed_commits: z.array(
      z.object({ topic: z.string(), partition: z.int(), error_code: z.int(), message: z.string() }),
    ),
  })
  .meta({ id: "GroupPollResponse" });

type Asked = z.infer<typeof asked>;
type Commits = readonly TopicOffsets<CommitPartition>[];

export const groupPollRoutes: readonly Route[] = [
  route({
    duty: "groups",
    method: "post",
    path: `${groupPath}/poll`,
    tag: groupTag,
    summary: "Read as a member of a group, in one call",
    description:
      "Commits what is done, joins or stays in the group, and reads on from what is committed. By calling, the caller says that " +
      "nothing is under way that it does not commit: what was not committed is delivered again, to it or to another. Waiting " +
      "ends early when the assignment changes. Confluent's v3 has no such path.",
    params: groupParams,
    query: none,
    body: {
      "application/json": {
        schema: asked,
        example: { topics: ["orders"], wait_ms: 100, max_bytes: 65_536, format: "string" },
      },
    },
    answers: {
      200: {
        description: "Who the caller is now, what it has, and what comes next.",
        content: { "application/json": { schema: answered } },
      },
    },
    errors: [
      "UnknownResource",
      "InvalidGroupId",
      "InvalidRegularExpression",
      "UnsupportedAssignor",
      "MemberTooLarge",
      "MemberFenced",
      "UpgradeRefused",
      "GroupFull",
      "PositionMissing",
      "NotPresentable",
      "AnswerTooLarge",
      "BadCompression",
      "ReadFailed",
      "RecordsCorrupt",
      "GroupUnavailable",
    ],
    handle: poll,
  }),
];

async function poll(call: Call<z.infer<typeof groupParams>, unknown>): Promise<Response> {
  const { service, request, params } = call;
  await requireCluster(service, params.cluster_id);
  const body = await readJson(service, request, asked);
  const format = body.format ?? "binary";
  const { options } = service;
  const bytesMax = Math.min(body.max_bytes ?? bytesMaxDefault, options.fetchBytesMax);
  const reading = {
    waitMs: Math.min(body.wait_ms ?? 0, options.fetchWaitMsMax),
    bytesMin: 1,
    bytesMax,
    signal: waitingSignal(service, request),
  };
  const show: ShowRecord = ({ topic, partition }, record) =>
    `{"topic":${JSON.stringify(topic)},"partition":${partition},${presentRecord(record, format).slice(1)}`;
  const { commits, ...rest } = pollOf(params.consumer_group_id, body);
  const polled = await service.engine.groupPolls
    .poll({ ...rest, commits }, reading, showing(service, bytesMax, show))
    .catch((error: unknown) => {
      throw isFenced(error)
        ? new MemberFenced(`${messageOf(error)}: call without member, to join anew`)
        : error;
    });
  return jsonText(textOf(service, polled, commits), 200, requestIdHeader(service, request));
}

/** What the engine is asked. Throws BadRequest. */
function pollOf(group: string, body: Asked): GroupPoll {
  const { member, topics, topic_pattern, assignor, action } = body;
  const verb = action ?? "read";
  const epoch = member?.epoch ?? 0;
  if (!topics?.length && !topic_pattern)
    throw new BadRequest("topics or topic_pattern is wanted, with at least one topic");
  if (epoch === 0 && verb !== "read")
    throw new BadRequest(`action ${verb} wants the id and epoch of a member`);
  if (epoch === 0 && body.commit?.length)
    throw new BadRequest("commit wants the id and epoch of the member that was given the records");
  return {
    member: {
      group,
      memberId: member?.id ?? "",
      epoch,
      clientId: body.client_id ?? "rest-poll",
      host: "",
      names: topics ?? [],
      ...(topic_pattern && { regex: topic_pattern }),
      ...(assignor && { assignor }),
    },
    commits: commitsOf(body.commit ?? []),
    positions: body.positions ?? [],
    reset: body.auto_offset_reset ?? "earliest",
    verb,
  };
}

function commitsOf(commit: NonNullable<Asked["commit"]>): Commits {
  return [...Map.groupBy(commit, ({ topic }) => topic)].map(([topic, each]) => ({
    topic,
    partitions: each.map(({ partition, offset, metadata }) => ({
      partition,
      offset,
      ...(typeof metadata === "string" && { metadata }),
    })),
  }));
}

/** Whatever the group holds against the member, it has to do the same. */
function isFenced(error: unknown): boolean {
  return [UnknownMember, FencedMemberEpoch, StaleMemberEpoch, InstanceFenced].some(
    each => error instanceof each,
  );
}

function textOf(service: Service, polled: GroupPolled<readonly string[]>, commits: Commits): string {
  const { memberId, epoch, isRebalanced, taken } = polled;
  const { consumerSessionMs } = service.engine.options.groups;
  const member = { id: memberId, epoch, heartbeat_within_ms: consumerSessionMs };
  const assignment = polled.assignment.map(({ topic, partitions }) => ({ topic, partitions }));
  return (
    `{"member":${JSON.stringify(member)},"rebalanced":${isRebalanced},"assignment":${JSON.stringify(assignment)},` +
    `"records":[${taken?.value.join(",") ?? ""}],"next":${JSON.stringify(taken?.next ?? [])},` +
    `"failed_commits":${JSON.stringify(failuresOf(polled, commits))}}`
  );
}

function failuresOf({ commits: done }: GroupPolled<unknown>, commits: Commits) {
  return done.flatMap(({ topic, partitions }, i) =>
    partitions.flatMap((answer, j) => {
      const partition = commits[i]?.partitions[j]?.partition;
      return answer.kind === "done" || partition === undefined
        ? []
        : [{ topic, partition, error_code: translate(answer.error).code, message: answer.error.message }];
    }),
  );
}
