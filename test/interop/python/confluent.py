"""confluent-kafka: librdkafka, as most languages use it."""

import threading
import time

import trial
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
)
from trial import bootstrap, fixture, lines, prefix, records, refused, same, same_lines

base = {"bootstrap.servers": bootstrap, "message.max.bytes": 5_000_000, "log_level": 0}
admin = AdminClient(base)


def finished(futures):
    for future in futures.values():
        future.result(20)


def topic(name, partitions=1):
    full = prefix + name
    finished(admin.create_topics([NewTopic(full, partitions, 1)]))
    return full


def produce(to, given, **options):
    """The offsets in the order of the records."""
    producer = Producer({**base, **{name.replace("_", "."): value for name, value in options.items()}})
    answers = []

    def answered(error, message):
        answers.append((error, message))

    for each in given:
        producer.produce(to, partition=0, on_delivery=answered, **each)
    same(producer.flush(20), 0)
    for error, _ in answers:
        if error is not None:
            raise KafkaException(error)
    return [message.offset() for _, message in answers]


def read(to, count, offset=0, wait_ms=500, seconds=10):
    # A group has to be named, but an assigned consumer does not join it.
    consumer = Consumer(
        {
            **base,
            "group.id": "never-joined",
            "enable.auto.commit": False,
            "auto.offset.reset": "error",
            "fetch.wait.max.ms": wait_ms,
        }
    )
    try:
        consumer.assign([TopicPartition(to, 0, offset)])
        found = []
        end = time.monotonic() + seconds
        while len(found) < count and time.monotonic() < end:
            message = consumer.poll(1)
            if message is None:
                continue
            if message.error():
                raise KafkaException(message.error())
            found.append(message)
        return found
    finally:
        consumer.close()


def lines_of(found):
    return [
        trial.line_of(m.offset(), m.timestamp()[1], m.key(), m.value(), m.headers()) for m in found
    ]


def write(name, **options):
    to = topic(name)
    offsets = produce(to, records, **options)
    if options.get("acks") != 0:
        same(offsets, list(range(len(records))))
    same_lines(lines_of(read(to, len(lines))), to)


def large():
    to = topic("large")
    produce(to, [{"value": trial.large_value}])
    same(read(to, 1)[0].value() == trial.large_value, True)


def many():
    to = topic("many", 4)
    producer = Producer({**base, "enable.idempotence": True, "batch.size": 2_000})
    for i in range(2_000):
        producer.produce(to, key=b"%d" % (i % 50), value=b"%d" % i)
    same(producer.flush(20), 0)
    consumer = Consumer({**base, "group.id": "never-joined", "enable.auto.commit": False})
    consumer.assign([TopicPartition(to, partition, 0) for partition in range(4)])
    last = {}
    count = 0
    end = time.monotonic() + 20
    while count < 2_000 and time.monotonic() < end:
        for message in consumer.consume(500, 1):
            if message.key() in last:
                same(int(message.value()), last[message.key()] + 50)
            last[message.key()] = int(message.value())
            count += 1
    consumer.close()
    same((count, len(last)), (2_000, 50))


def from_timestamp():
    to = prefix + "produce-gzip"
    consumer = Consumer({**base, "group.id": "never-joined"})
    asked = fixture["records"][7]["timestamp"]
    [found] = consumer.offsets_for_times([TopicPartition(to, 0, asked)], timeout=10)
    consumer.close()
    same(found.offset, 7)
    same_lines(lines_of(read(to, len(lines) - 7, offset=7)), to, lines[7:])


def tail():
    to = topic("tail")
    found = []
    reader = threading.Thread(
        target=lambda: found.extend(read(to, len(lines), wait_ms=15_000, seconds=20))
    )
    reader.start()
    produce(to, records)
    reader.join()
    same_lines(lines_of(found), to)


def auto_create():
    same(produce(prefix + "auto", records[:1]), [0])
    same(len(admin.list_topics(prefix + "auto", timeout=10).topics[prefix + "auto"].partitions), 4)


def describe():
    name = prefix + "create"
    metadata = admin.list_topics(name, timeout=10)
    same(len(metadata.topics[name].partitions), 3)
    same(metadata.topics[name].partitions[0].isrs, [metadata.topics[name].partitions[0].leader])
    cluster = admin.describe_cluster().result(10)
    same((len(cluster.cluster_id), cluster.controller.id in metadata.brokers), (22, True))


def configs():
    resource = ConfigResource(ConfigResource.Type.TOPIC, prefix + "create")
    read_configs = lambda: admin.describe_configs([resource])[resource].result(10)
    same(read_configs()["retention.ms"].value, "604800000")
    changed = ConfigResource(
        ConfigResource.Type.TOPIC,
        prefix + "create",
        incremental_configs=[
            ConfigEntry("retention.ms", "7200000", incremental_operation=AlterConfigOpType.SET),
            ConfigEntry("cleanup.policy", "compact", incremental_operation=AlterConfigOpType.APPEND),
        ],
    )
    finished(admin.incremental_alter_configs([changed]))
    found = read_configs()
    same((found["retention.ms"].value, found["cleanup.policy"].value), ("7200000", "delete,compact"))
    # The older call replaces everything.
    replaced = ConfigResource(ConfigResource.Type.TOPIC, prefix + "create", {"retention.ms": "3600000"})
    finished(admin.alter_configs([replaced]))
    found = read_configs()
    same((found["retention.ms"].value, found["cleanup.policy"].value), ("3600000", "delete"))


def add_partitions():
    to = topic("grow")
    finished(admin.create_partitions([NewPartitions(to, 3)]))
    same(len(admin.list_topics(to, timeout=10).topics[to].partitions), 3)


def delete_records():
    to = topic("trim")
    produce(to, records)
    finished(admin.delete_records([TopicPartition(to, 0, 5)]))
    consumer = Consumer({**base, "group.id": "never-joined"})
    same(consumer.get_watermark_offsets(TopicPartition(to, 0), 10), (5, len(records)))
    consumer.close()


def delete_topic():
    to = topic("gone")
    finished(admin.delete_topics([to]))
    same(to in admin.list_topics(timeout=10).topics, False)


def cross():
    for each in trial.job["topics"]:
        same_lines(lines_of(read(each["name"], len(lines))), each["name"])


trial.run(
    {
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
        "list": lambda: same(prefix + "create" in admin.list_topics(timeout=10).topics, True),
        "describe": describe,
        "configs": configs,
        "add-partitions": add_partitions,
        "delete-records": delete_records,
        "delete-topic": delete_topic,
        "topic-exists": lambda: refused(lambda: topic("create"), "TOPIC_ALREADY_EXISTS"),
        "unknown-topic": lambda: refused(
            lambda: finished(admin.delete_topics([prefix + "nowhere"])), "UNKNOWN_TOPIC_OR_PART"
        ),
        "invalid-name": lambda: refused(
            lambda: finished(admin.create_topics([NewTopic("no/slash", 1, 1)])), "TOPIC_EXCEPTION"
        ),
        "too-large": lambda: refused(
            lambda: produce(prefix + "create", [{"value": trial.too_large_value}]), "MSG_SIZE_TOO_LARGE"
        ),
        "out-of-range": lambda: refused(
            lambda: read(prefix + "create", 1, offset=1_000), "Offset out of range"
        ),
        "cross": cross,
    }
)
