/**
 * What the benchmarks ask of a server over a real socket.
 */
import { HttpConnection, type HttpRequest } from "./http-connection.ts";

const batchesMediaType = "application/vnd.cumulog.batches";

/** Creates a topic. */
export async function createTopic(url: string, topic: string, partitions: number): Promise<void> {
  const connection = new HttpConnection(url);
  const clusterId = await clusterIdOf(connection);
  await sendWell(connection, {
    method: "POST",
    path: `/v3/clusters/${clusterId}/topics`,
    headers: { "content-type": "application/json" },
    body: Buffer.from(JSON.stringify({ topic_name: topic, partitions_count: partitions })),
  });
  connection.close();
}

/** The id by which the v3 paths know the cluster. */
export async function clusterIdOf(connection: HttpConnection): Promise<string> {
  const answer = await sendWell(connection, { method: "GET", path: "/v3/clusters" });
  const { data }: { readonly data: readonly { readonly cluster_id: string }[] } = JSON.parse(
    answer.toString(),
  );
  return data[0]?.cluster_id ?? "";
}

/** Appends record batches. */
export function appendBatches(partition: string, batches: Uint8Array): HttpRequest {
  return {
    method: "POST",
    path: `${partition}/records`,
    headers: { "content-type": batchesMediaType },
    body: batches,
  };
}

/** Reads record batches. */
export function fetchBatches(partition: string, offset: number, bytesMax: number): HttpRequest {
  const path = `${partition}/records?offset=${offset}&max_bytes=${bytesMax}`;
  return { method: "GET", path, headers: { accept: batchesMediaType } };
}

/** Where a partition is found. */
export function partitionPath(topic: string, partition: number): string {
  return `/topics/${topic}/partitions/${partition}`;
}

/** The body of an answer that says that all is well. */
export async function sendWell(connection: HttpConnection, request: HttpRequest): Promise<Buffer> {
  const { status, body } = await connection.send(request);
  if (status >= 300)
    throw new Error(
      `${request.method} ${request.path} was answered ${status}: ${body.toString().slice(0, 300)}`,
    );
  return body;
}
