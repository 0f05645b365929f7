/** What the server says of a group's committed offsets, asked without any of the clients. */
import { createConnection } from "node:net";
import { messages } from "../../../lib/kafka/apis/index.ts";
import { decode, encode, Sink, writeRequestHeader } from "../../../lib/kafka/wire/index.ts";

const offsetFetchVersion = 9;
const offsetFetchKey = 9;
/** Size, correlation id and the header's tagged fields. */
const answerHeaderBytes = 9;

/** The committed offset of each partition of a topic; a partition without one is absent. */
export async function committedOffsets(
  bootstrap: string,
  {
    group,
    topic,
    partitions,
  }: { readonly group: string; readonly topic: string; readonly partitions: number },
): Promise<ReadonlyMap<number, number>> {
  const partitionIndexes = Array.from({ length: partitions }, (_, i) => i);
  const body = {
    groups: [{ groupId: group, topics: [{ name: topic, partitionIndexes }] }],
    requireStable: true,
  };
  const answer = await exchange(bootstrap, body);
  const { groups } = decode(messages.offsetFetch.response, offsetFetchVersion, answer);
  const [only] = groups;
  if (only === undefined || only.errorCode !== 0) throw new Error(`OffsetFetch: ${JSON.stringify(groups)}`);
  const places = only.topics.flatMap(each => each.partitions);
  return new Map(
    places
      .filter(({ committedOffset }) => committedOffset >= 0)
      .map(({ partitionIndex, committedOffset }) => [partitionIndex, committedOffset]),
  );
}

async function exchange(bootstrap: string, body: object): Promise<Buffer> {
  const sink = new Sink();
  const header = {
    apiKey: offsetFetchKey,
    apiVersion: offsetFetchVersion,
    correlationId: 1,
    clientId: "suite",
  };
  writeRequestHeader(sink, header, true);
  encode(sink, messages.offsetFetch.request, offsetFetchVersion, body);
  const frame = Buffer.concat(sink.parts());
  const size = Buffer.alloc(4);
  size.writeInt32BE(frame.length);
  const [host = "", port = ""] = bootstrap.split(":");
  const socket = createConnection({ host, port: Number(port) });
  try {
    socket.write(Buffer.concat([size, frame]));
    let answer = Buffer.alloc(0);
    for await (const chunk of socket) {
      answer = Buffer.concat([answer, chunk]);
      if (answer.length >= 4 && answer.length >= 4 + answer.readInt32BE(0))
        return answer.subarray(answerHeaderBytes);
    }
    throw new Error("the server closed without an answer");
  } finally {
    socket.destroy();
  }
}
