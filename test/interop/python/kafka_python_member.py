"""kafka-python as a member of a group."""

import member
from kafka import KafkaConsumer
from kafka.consumer.subscription_state import ConsumerRebalanceListener
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.coordinator.assignors.range import RangePartitionAssignor
from member import say, say_owned, spec

strategies = {"range": [RangePartitionAssignor], "cooperative": [CooperativeStickyAssignor]}
chosen = {} if spec["strategy"] == "default" else {"partition_assignment_strategy": strategies[spec["strategy"]]}
consumer = KafkaConsumer(
    bootstrap_servers=spec["bootstrap"],
    group_id=spec["group"],
    group_instance_id=spec["instance"],
    session_timeout_ms=spec["sessionMs"],
    heartbeat_interval_ms=spec["heartbeatMs"],
    auto_offset_reset="earliest",
    enable_auto_commit=False,
    fetch_max_wait_ms=250,
    **chosen,
)
owned = set()


class Listener(ConsumerRebalanceListener):
    def on_partitions_assigned(self, assigned):
        owned.update(place.partition for place in assigned)
        say_owned(owned)

    def on_partitions_revoked(self, revoked):
        gone = {place.partition for place in revoked}
        say_owned(gone, revoked=True)
        owned.difference_update(gone)
        say_owned(owned)


def poll():
    for found in consumer.poll(timeout_ms=100).values():
        for record in found:
            say("record", partition=record.partition, offset=record.offset)


consumer.subscribe([spec["topic"]], listener=Listener())
# Before it joins, it has to know the topic. A leader that hears of partitions only when it has assigned joins once more, and
# when a poll of its ends while that is under way (between its JoinGroup and the answer to its SyncGroup), kafka-python 3.0.12
# takes itself for joined, and never learns what it was assigned.
if not consumer.partitions_for_topic(spec["topic"]):
    raise RuntimeError("the topic has no partitions")
member.serve(poll, consumer.commit, consumer.close)
