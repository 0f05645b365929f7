"""kafka-python: a protocol implementation of its own, all in Python."""

import threading

import trial
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, KafkaAdminClient
from trial import bootstrap, fixture, lines, prefix, records, refused, same, same_lines

admin = KafkaAdminClient(bootstrap_servers=bootstrap)


def topic(name, partitions=1):
    full = prefix + name
    admin.create_topics({full: {"num_partitions": partitions, "replication_factor": 1}})
    return full


def produce(to, given, **options):
    """The answers, None for those that nothing is answered to."""
    producer = KafkaProducer(
        bootstrap_servers=bootstrap, max_request_size=5_000_000, retries=2, max_block_ms=3_000, **options
    )
    try:
        futures = [
            producer.send(
                to,
                key=each["key"],
                value=each["value"],
                headers=each["headers"],
                timestamp_ms=each["timestamp"],
                partition=0,
            )
            for each in given
        ]
        producer.flush()
        return [future.get(10) for future in futures]
    finally:
        producer.close(2)


def read(to, count, offset=0, timeout_ms=10_000, partition=0):
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap,
        auto_offset_reset="none",
        consumer_timeout_ms=timeout_ms,
        group_id=None,
        max_partition_fetch_bytes=5_000_000,
    )
    try:
        place = TopicPartition(to, partition)
        consumer.assign([place])
        consumer.seek(place, offset)
        found = []
        for record in consumer:
            found.append(record)
            if len(found) == count:
                break
        return found
    finally:
        consumer.close()


def lines_of(found):
    return [trial.line_of(r.offset, r.timestamp, r.key, r.value, r.headers) for r in found]


def write(name, **options):
    to = topic(name)
    answers = produce(to, records, enable_idempotence=options.pop("enable_idempotence", False), **options)
    if options.get("acks") != 0:
        same([answer.offset for answer in answers], list(range(len(records))))
    same_lines(lines_of(read(to, len(lines))), to)


def large():
    to = topic("large")
    produce(to, [{**records[0], "value": trial.large_value}])
    same(read(to, 1)[0].value == trial.large_value, True)


def many():
    to = topic("many", 4)
    producer = KafkaProducer(bootstrap_servers=bootstrap, batch_size=2_000, enable_idempotence=True)
    for i in range(2_000):
        producer.send(to, key=b"%d" % (i % 50), value=b"%d" % i)
    producer.flush()
    producer.close()
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, group_id=None, consumer_timeout_ms=10_000)
    places = [TopicPartition(to, partition) for partition in range(4)]
    consumer.assign(places)
    consumer.seek_to_beginning()
    last = {}
    for count, record in enumerate(consumer, 1):
        if record.key in last:
            same(int(record.value), last[record.key] + 50)
        last[record.key] = int(record.value)
        if count == 2_000:
            break
    same(sum(consumer.end_offsets(places).values()), 2_000)
    same(len(last), 50)
    consumer.close()


def from_timestamp():
    to = prefix + "produce-gzip"
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, group_id=None)
    place = TopicPartition(to, 0)
    asked = fixture["records"][7]["timestamp"]
    found = consumer.offsets_for_times({place: asked})[place]
    consumer.close()
    same((found.offset, found.timestamp), (7, asked))
    same_lines(lines_of(read(to, len(lines) - 7, offset=7)), to, lines[7:])


def tail():
    to = topic("tail")
    found = []
    reader = threading.Thread(target=lambda: found.extend(read(to, len(lines), timeout_ms=20_000)))
    reader.start()
    produce(to, records)
    reader.join()
    same_lines(lines_of(found), to)


def auto_create():
    same(produce(prefix + "auto", records[:1])[0].offset, 0)
    same(len(admin.describe_topics([prefix + "auto"])[0]["partitions"]), 4)


def describe():
    [found] = admin.describe_topics([prefix + "create"])
    same(len(found["partitions"]), 3)
    cluster = admin.describe_cluster()
    same(len(cluster["cluster_id"]), 22)
    same(cluster["controller_id"] in [broker["broker_id"] for broker in cluster["brokers"]], True)


def configs():
    name = prefix + "create"
    admin.alter_configs([ConfigResource("topic", name, {"retention.ms": "7200000"})])
    found = admin.describe_configs([ConfigResource("topic", name)])
    same("7200000" in repr(found) and "retention.ms" in repr(found), True)
    admin.reset_configs([ConfigResource("topic", name, ["retention.ms"])])
    found = admin.describe_configs([ConfigResource("topic", name)])
    same("7200000" in repr(found), False)


def add_partitions():
    to = topic("grow")
    admin.create_partitions({to: 3})
    same(len(admin.describe_topics([to])[0]["partitions"]), 3)


def delete_records():
    to = topic("trim")
    produce(to, records)
    admin.delete_records({TopicPartition(to, 0): 5})
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, group_id=None)
    same(list(consumer.beginning_offsets([TopicPartition(to, 0)]).values()), [5])
    consumer.close()


def delete_topic():
    to = topic("gone")
    admin.delete_topics([to])
    same(to in admin.list_topics(), False)


def cross():
    for each in trial.job["topics"]:
        same_lines(lines_of(read(each["name"], len(lines))), each["name"])



def quick_start():
    bootstrap_servers = bootstrap
    producer = KafkaProducer(bootstrap_servers=bootstrap_servers)
    producer.send("topic1", b"Hello, Kafka!")
    producer.close()
    places = range(len(admin.describe_topics(["topic1"])[0]["partitions"]))
    found = [record.value for partition in places for record in read("topic1", 1, 0, 1_000, partition)]
    same(found, [b"Hello, Kafka!"])


trial.run(
    {
        "quick-start": quick_start,
        "create": lambda: topic("create", 3),
        "produce-none": lambda: write("produce-none"),
        **{
            f"produce-{codec}": lambda codec=codec: write(f"produce-{codec}", compression_type=codec)
            for codec in ["gzip", "snappy", "lz4", "zstd"]
        },
        "idempotent": lambda: write("idempotent", enable_idempotence=True),
        "acks-0": lambda: write("acks-0", acks=0),
        "acks-1": lambda: write("acks-1", acks=1),
        "acks-all": lambda: write("acks-all", acks="all"),
        "large": large,
        "many": many,
        "from-timestamp": from_timestamp,
        "tail": tail,
        "auto-create": auto_create,
        "list": lambda: same(prefix + "create" in admin.list_topics(), True),
        "describe": describe,
        "configs": configs,
        "add-partitions": add_partitions,
        "delete-records": delete_records,
        "delete-topic": delete_topic,
        "topic-exists": lambda: refused(lambda: topic("create"), "TopicAlreadyExists"),
        "unknown-topic": lambda: refused(
            lambda: admin.delete_topics([prefix + "nowhere"]), "UnknownTopicOrPartition"
        ),
        "invalid-name": lambda: refused(lambda: admin.create_topics(["no/slash"]), "InvalidTopic"),
        "too-large": lambda: refused(
            lambda: produce(prefix + "create", [{**records[0], "value": trial.too_large_value}]),
            "MessageSizeTooLarge",
        ),
        "out-of-range": lambda: refused(lambda: read(prefix + "create", 1, offset=1_000), "OffsetOutOfRange"),
        "cross": cross,
    }
)
