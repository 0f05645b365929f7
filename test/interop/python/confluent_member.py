"""confluent-kafka as a member of a group."""

import member
from confluent_kafka import Consumer, KafkaError, KafkaException
from member import say, say_owned, spec

settings = {
    "bootstrap.servers": spec["bootstrap"],
    "group.id": spec["group"],
    "enable.auto.commit": False,
    "auto.offset.reset": "earliest",
    "log_level": 0,
    "fetch.wait.max.ms": 250,
    "group.protocol": spec["protocol"],
}
if spec["protocol"] == "classic":
    settings["session.timeout.ms"] = spec["sessionMs"]
    settings["heartbeat.interval.ms"] = spec["heartbeatMs"]
    if spec["strategy"] != "default":
        names = {"range": "range", "cooperative": "cooperative-sticky"}
        settings["partition.assignment.strategy"] = names[spec["strategy"]]
if spec["instance"] is not None:
    settings["group.instance.id"] = spec["instance"]

consumer = Consumer(settings)
owned = set()
has_new = False


def assigned(_, places):
    owned.update(place.partition for place in places)
    say_owned(owned)


def revoked(_, places):
    gone = {place.partition for place in places}
    say_owned(gone, revoked=True)
    owned.difference_update(gone)
    say_owned(owned)


def poll():
    global has_new
    message = consumer.poll(0.1)
    if message is None:
        return
    if message.error():
        raise KafkaException(message.error())
    has_new = True
    say("record", partition=message.partition(), offset=message.offset())


def commit():
    global has_new
    if has_new:
        consumer.commit(asynchronous=False)
    has_new = False


consumer.subscribe([spec["topic"]], on_assign=assigned, on_revoke=revoked, on_lost=revoked)
member.serve(poll, commit, consumer.close)
