"""What the members of the Python clients share: the spec, the orders on standard input, a line of JSON for each event."""

import json
import queue
import sys
import threading

spec = json.loads(sys.argv[1])
orders = queue.SimpleQueue()


def say(event, **more):
    print(json.dumps({"event": event, **more}, separators=(",", ":")), flush=True)


def say_owned(partitions, revoked=False):
    say("revoked" if revoked else "owns", partitions=sorted(partitions))


def is_fenced(error):
    """By the name of the error: what it says may hold the name of the group, with any word in it."""
    said = f"{type(error).__name__}: {error!r}".lower().replace("_", "")
    return "fencedinstanceid" in said or "static consumer fenced" in said


def say_failed(error):
    why = f"{type(error).__name__}: {error!s:.300}"
    say("fenced" if is_fenced(error) else "failed", why=why)


def listen():
    for line in sys.stdin:
        orders.put(line.strip())
    # A closed input is the end of the harness, and of the member.
    orders.put("leave")


def serve(poll, commit, leave):
    """Polls until told to leave; orders are carried out between two polls, by the same thread."""
    threading.Thread(target=listen, daemon=True).start()
    while True:
        try:
            poll()
            order = "" if orders.empty() else orders.get()
            if order == "commit":
                commit()
                say("committed")
            if order == "leave":
                leave()
                return
        except Exception as error:
            say_failed(error)
            if is_fenced(error):
                return
