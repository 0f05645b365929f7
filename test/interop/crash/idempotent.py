"""
An idempotent producer of librdkafka writes through kill -9 of the server, again and again. In the end every record that
was acknowledged is where it was said to be, each record is there once, and all are in the order of sending.

    idempotent.py ROUNDS SEED PORT COMMAND...

COMMAND starts the server on PORT, always over the same data; its first line begins with `ready`. The last line printed
is a JSON object; exits with 1 when a promise was broken.
"""

import collections
import json
import random
import signal
import subprocess
import sys
import time

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

ROUNDS, SEED, PORT = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
COMMAND = sys.argv[4:]
BOOTSTRAP = f"127.0.0.1:{PORT}"
PARTITIONS = 2
READ_SECONDS_MAX = 120


def start():
    server = subprocess.Popen(COMMAND, stdout=subprocess.PIPE, text=True)
    line = server.stdout.readline()
    if not line.startswith("ready"):
        raise SystemExit(f"the server did not start: {line!r}")
    return server


def write(producer, dice, count, on_delivery):
    """Sends for a while; answers with how many records were sent in all."""
    end = time.monotonic() + dice.uniform(0.2, 1.2)
    while time.monotonic() < end:
        for _ in range(30):
            producer.produce("t", value=str(count), partition=count % PARTITIONS, callback=on_delivery)
            count += 1
        producer.poll(0.01)
    return count


def read(partition):
    consumer = Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": "unused", "enable.auto.commit": False})
    _, end = consumer.get_watermark_offsets(TopicPartition("t", partition))
    consumer.assign([TopicPartition("t", partition, 0)])
    seen, late = [], time.monotonic() + READ_SECONDS_MAX
    while len(seen) < end and time.monotonic() < late:
        seen += [(message.offset(), int(message.value())) for message in consumer.consume(1000, 1.0)]
    consumer.close()
    return seen


def problems_of(partition, sent, acknowledged):
    seen = read(partition)
    values = [value for _, value in seen]
    there = dict(seen)
    problems = []
    misplaced = [(offset, value) for offset, value in acknowledged if there.get(offset) != value]
    if misplaced:
        problems.append(f"partition {partition}: {len(misplaced)} acknowledged records are not there: {misplaced[:3]}")
    if len(set(values)) < len(values):
        problems.append(f"partition {partition}: {len(values) - len(set(values))} records are there twice")
    if values != sorted(values):
        problems.append(f"partition {partition}: out of order")
    unknown = set(values) - set(range(partition, sent, PARTITIONS))
    if unknown:
        problems.append(f"partition {partition}: {len(unknown)} records that nobody sent")
    return problems


def main():
    dice = random.Random(SEED)
    server = start()
    admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
    admin.create_topics([NewTopic("t", PARTITIONS, 1)])["t"].result()
    acknowledged, failed = collections.defaultdict(list), []

    def on_delivery(error, message):
        if error:
            failed.append(str(error))
        else:
            acknowledged[message.partition()].append((message.offset(), int(message.value())))

    producer = Producer(
        {
            "bootstrap.servers": BOOTSTRAP,
            "enable.idempotence": True,
            "linger.ms": 2,
            "batch.num.messages": 20,
            "message.timeout.ms": 120_000,
            "reconnect.backoff.max.ms": 500,
            "socket.timeout.ms": 10_000,
            "log_level": 0,
        }
    )
    sent = 0
    for _ in range(ROUNDS):
        sent = write(producer, dice, sent, on_delivery)
        server.send_signal(signal.SIGKILL)
        server.wait()
        server = start()
    unsent = producer.flush(120)
    problems = [problem for partition in range(PARTITIONS) for problem in problems_of(partition, sent, acknowledged[partition])]
    server.kill()
    count = sum(map(len, acknowledged.values()))
    problems += [f"{unsent} records were never answered"] if unsent else []
    problems += [f"{len(failed)} records failed: {failed[:3]}"] if failed else []
    print(json.dumps({"rounds": ROUNDS, "sent": sent, "acknowledged": count, "problems": problems}))
    sys.exit(1 if problems else 0)


main()
