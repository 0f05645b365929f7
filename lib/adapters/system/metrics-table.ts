/**
 * THE list of metrics: name, type, help, unit, labels. The documentation is generated from it. A name ends in its
 * unit, a counter in `_total`.
 */
export type Metric = {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  /** What one is: seconds, bytes, or the thing that is counted. */
  readonly unit: string;
  readonly help: string;
  readonly labels: readonly string[];
};

/** The name of the metric that counts what the others could not take. */
export const droppedMetric = "cumulog_metrics_dropped_total";

/** Every metric that the project knows of. */
export const metrics: readonly Metric[] = [
  metric("counter", "cumulog_appended_records_total", "records", "Records appended."),
  metric("counter", "cumulog_appended_bytes_total", "bytes", "Bytes of record batches appended."),
  metric("histogram", "cumulog_append_seconds", "seconds", "Time from an append's arrival to its answer."),
  metric("counter", "cumulog_append_failures_total", "appends", "Appends that failed, by error.", "error"),
  metric("counter", "cumulog_segments_total", "segments", "Segments put, by tier.", "tier"),
  metric("histogram", "cumulog_segment_bytes", "bytes", "Size of the segments put."),
  metric("counter", "cumulog_commits_unknown_total", "commits", "Commits that were not answered."),
  metric("counter", "cumulog_rolls_total", "rolls", "Rolls of live entries into pages."),
  metric("counter", "cumulog_roll_failures_total", "rolls", "Rolls that did not finish."),
  metric(
    "counter",
    "cumulog_producer_snapshot_failures_total",
    "snapshots",
    "Snapshots of producers that were not written.",
  ),
  metric("counter", "cumulog_compactions_total", "objects", "Objects made of chunks that waited."),
  metric("counter", "cumulog_compacted_bytes_total", "bytes", "Bytes of record batches compacted."),
  metric("counter", "cumulog_quarantined_total", "chunks", "Chunks that could not be read for compaction."),
  metric("counter", "cumulog_merges_total", "objects", "Objects made of smaller ones."),
  metric("counter", "cumulog_merged_bytes_total", "bytes", "Bytes of record batches merged."),
  metric(
    "counter",
    "cumulog_unreadable_objects_total",
    "objects",
    "Compacted objects that could not be read whole.",
  ),
  metric("counter", "cumulog_cleanings_total", "rounds", "Rounds of compaction by key."),
  metric("counter", "cumulog_cleaned_objects_total", "objects", "Objects written anew by compaction by key."),
  metric("counter", "cumulog_cleaned_records_total", "records", "Records removed by compaction by key."),
  metric("counter", "cumulog_expired_offsets_total", "offsets", "Offsets past their retention."),
  metric("counter", "cumulog_dropped_pages_total", "pages", "Index pages removed that nobody uses."),
  metric(
    "counter",
    "cumulog_purged_topics_total",
    "topics",
    "Deleted topics of which nothing is left but segments.",
  ),
  metric("counter", "cumulog_swept_objects_total", "objects", "Objects deleted that nothing referred to."),
  metric(
    "counter",
    "cumulog_swept_segment_items_total",
    "segments",
    "Segments of the item tier deleted that nothing referred to.",
  ),
  metric("counter", "cumulog_swept_bytes_total", "bytes", "Bytes of objects and segments deleted by sweeps."),
  metric("gauge", "cumulog_orphan_bytes", "bytes", "Bytes that nothing refers to, as of the last sweep."),
  metric(
    "counter",
    "cumulog_upkeep_failures_total",
    "turns",
    "Turns of a shard's upkeep that did not finish.",
  ),
  metric("counter", "cumulog_fetched_bytes_total", "bytes", "Bytes of record batches delivered."),
  metric(
    "counter",
    "cumulog_fetch_failures_total",
    "fetches",
    "Partition fetches that failed, by error.",
    "error",
  ),
  metric("counter", "cumulog_block_cache_total", "chunks", "Chunks asked for, by hit or miss.", "result"),
  metric("gauge", "cumulog_append_buffer_bytes", "bytes", "Bytes on their way into the log."),
  metric("gauge", "cumulog_block_cache_bytes", "bytes", "Bytes held for readers."),
  metric(
    "counter",
    "cumulog_http_requests_total",
    "requests",
    "Requests answered over HTTP.",
    "method",
    "path",
    "status",
  ),
  metric(
    "histogram",
    "cumulog_http_request_seconds",
    "seconds",
    "Time from a request to the start of its answer.",
    "method",
    "path",
  ),
  metric("counter", "cumulog_kafka_requests_total", "requests", "Requests of Kafka clients, by API.", "api"),
  metric(
    "histogram",
    "cumulog_kafka_request_seconds",
    "seconds",
    "Time from a Kafka client's request to its answer, waiting for its turn included.",
    "api",
  ),
  metric("counter", "cumulog_kafka_received_bytes_total", "bytes", "Bytes of requests of Kafka clients."),
  metric("counter", "cumulog_kafka_sent_bytes_total", "bytes", "Bytes of answers to Kafka clients."),
  metric("gauge", "cumulog_kafka_connections", "connections", "Connections of Kafka clients that are open."),
  metric(
    "counter",
    "cumulog_kafka_connections_ended_total",
    "connections",
    "Connections that the server ended: drain, fault, garbage, idle, or stalled.",
    "reason",
  ),
  metric(
    "counter",
    "cumulog_kafka_connections_refused_total",
    "connections",
    "Connections of Kafka clients beyond those allowed.",
  ),
  metric("gauge", "cumulog_topics", "topics", "Topics that can be used, as upkeep last saw them."),
  metric("gauge", "cumulog_partitions", "partitions", "Their partitions."),
  metric("gauge", "cumulog_groups", "groups", "Consumer groups, as upkeep last saw them."),
  metric(
    "counter",
    "cumulog_group_members_expired_total",
    "members",
    "Members of groups that were taken out: silent, or too slow to give up their partitions.",
  ),
  metric("counter", "cumulog_cold_starts_total", "starts", "Functions that were started for a request."),
  metric("histogram", "cumulog_pack_sync_seconds", "seconds", "Time of one fdatasync of a pack file."),
  metric(
    "histogram",
    "cumulog_pack_sync_bytes",
    "bytes",
    "Bytes that one fdatasync of a pack file made durable.",
  ),
  metric(
    "counter",
    droppedMetric,
    "values",
    "Values that no metric could take: a wrong label, or too many at once.",
  ),
];

/** Upper bounds of a histogram, by its unit. */
export const buckets: Readonly<Record<string, readonly number[]>> = {
  seconds: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  bytes: [256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216],
};

/** A metric that nobody declared, made from how it was first used: seen late is better than not at all. */
export function undeclared(name: string, type: Metric["type"], labels: readonly string[]): Metric {
  const unit = name.endsWith("_seconds") ? "seconds" : name.endsWith("_bytes") ? "bytes" : "";
  return metric(type, name, unit, "Not described.", ...labels);
}

function metric(type: Metric["type"], name: string, unit: string, help: string, ...labels: string[]): Metric {
  return { name, type, unit, help, labels };
}
