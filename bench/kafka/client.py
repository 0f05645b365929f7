"""The benchmark's client through librdkafka (confluent-kafka). One command, one line of JSON on stdout.

  create    makes a topic, with settings or without
  produce   as fast as it goes, acks=all; the clock stops when the last record is acknowledged
  consume   all partitions from their beginning, assigned by hand, so that no group is needed
  latency   one record at a time at a low rate, from produce() until a consumer of the same process has it
  first     waits for a line on stdin, then sends one record to a server that may not be there yet
"""

import argparse
import json
import sys
import threading
import time

from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

MESSAGES_AT_ONCE = 10_000
PATIENCE_SECONDS = 60


def create(args):
    config = dict(pair.split("=", 1) for pair in args.config)
    topic = NewTopic(args.topic, num_partitions=args.partitions, replication_factor=1, config=config)
    admin = AdminClient({"bootstrap.servers": args.server})
    for made in admin.create_topics([topic]).values():
        made.result(PATIENCE_SECONDS)
    return {}


def produce(args):
    failed = []
    producer = Producer({
        "bootstrap.servers": args.server,
        "acks": "all",
        "enable.idempotence": args.idempotent,
        "delivery.report.only.error": True,
        "on_delivery": lambda error, _: failed.append(str(error)),
    })
    producer.list_topics(args.topic, PATIENCE_SECONDS)
    value = value_of(args.size)
    started = time.monotonic()
    for _ in range(args.records):
        while True:
            try:
                producer.produce(args.topic, value)
                break
            except BufferError:
                producer.poll(0.01)
    left = producer.flush(PATIENCE_SECONDS)
    seconds = time.monotonic() - started
    if failed or left > 0:
        raise RuntimeError(f"{left} records were not acknowledged, {len(failed)} failed: {failed[:1]}")
    return {"records": args.records, "seconds": seconds}


def consume(args):
    consumer = assigned(args, {})
    wanted = args.records
    started = None
    end = time.monotonic() + PATIENCE_SECONDS
    while wanted > 0:
        if time.monotonic() > end:
            raise RuntimeError(f"{wanted} records of {args.records} did not come")
        messages = consumer.consume(MESSAGES_AT_ONCE, 0.2)
        # From the first record on: what comes before is the meeting of client and server.
        if started is None and messages:
            started = time.monotonic()
            first = len(messages)
        for message in messages:
            if message.error():
                raise RuntimeError(message.error().str())
        wanted -= len(messages)
    seconds = time.monotonic() - started
    consumer.close()
    return {"records": args.records - first, "seconds": seconds}


def latency(args):
    consumer = assigned(args, {})
    producer = Producer({"bootstrap.servers": args.server, "acks": "all", "linger.ms": 0})
    taken = []
    warm_up = min(20, args.records // 2)
    arrived = threading.Semaphore(0)

    def listen():
        while len(taken) < args.records:
            message = consumer.poll(PATIENCE_SECONDS)
            if message is None or message.error():
                return
            taken.append((time.monotonic() - float(message.value().split()[0])) * 1000)
            arrived.release()

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    for _ in range(args.records):
        sent = time.monotonic()
        producer.produce(args.topic, (repr(sent) + " ").encode().ljust(args.size, b"."))
        producer.poll(0)
        if not arrived.acquire(timeout=PATIENCE_SECONDS):
            raise RuntimeError(f"record {len(taken)} did not arrive")
        time.sleep(max(0, sent + 1 / args.rate - time.monotonic()))
    return {"milliseconds": taken[warm_up:]}


def first(args):
    print("waiting", flush=True)
    sys.stdin.readline()
    producer = Producer({
        "bootstrap.servers": args.server,
        "acks": "all",
        "linger.ms": 0,
        "reconnect.backoff.ms": 10,
        "reconnect.backoff.max.ms": 20,
        "retry.backoff.ms": 10,
        "retry.backoff.max.ms": 20,
        "topic.metadata.refresh.fast.interval.ms": 10,
        "topic.metadata.propagation.max.ms": PATIENCE_SECONDS * 1000,
        "log_level": 0,
    })
    acknowledged = []
    producer.produce(args.topic, value_of(args.size), on_delivery=lambda error, _: acknowledged.append(error))
    producer.flush(PATIENCE_SECONDS)
    if acknowledged != [None]:
        raise RuntimeError(f"the record was not acknowledged: {acknowledged}")
    return {}


def assigned(args, settings):
    consumer = Consumer({
        "bootstrap.servers": args.server,
        "group.id": "none",
        "enable.auto.commit": False,
        "auto.offset.reset": "error",
        **settings,
    })
    consumer.assign([TopicPartition(args.topic, n, OFFSET_BEGINNING) for n in range(args.partitions)])
    return consumer


def value_of(size):
    return (b"The quick brown fox jumps over the lazy dog. " * (size // 45 + 1))[:size]


def main():
    commands = {f.__name__: f for f in (create, produce, consume, latency, first)}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=commands)
    parser.add_argument("server")
    parser.add_argument("topic")
    parser.add_argument("--partitions", type=int, default=1)
    parser.add_argument("--records", type=int, default=1000)
    parser.add_argument("--size", type=int, default=100)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--idempotent", action="store_true")
    parser.add_argument("--config", action="append", default=[])
    args = parser.parse_args()
    print(json.dumps(commands[args.command](args)))


main()
