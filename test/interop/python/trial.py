"""What the programs of the Python clients share: the job, its features one after the other, a line of JSON for each."""

import base64
import json
import sys

with open(sys.argv[1], encoding="utf8") as file:
    job = json.load(file)
bootstrap = job["bootstrap"]
prefix = job["prefix"]
fixture = job["fixture"]
lines = fixture["lines"]


def decoded(text):
    return None if text is None else base64.b64decode(text)


large_value = decoded(fixture["largeValue"])
too_large_value = b"x" * fixture["tooLargeBytes"]
records = [
    {
        "key": decoded(each["key"]),
        "value": decoded(each["value"]),
        "timestamp": each["timestamp"],
        "headers": [(name, decoded(value)) for name, value in each["headers"]],
    }
    for each in fixture["records"]
]


class Lacks(Exception):
    """The client has no such thing."""


def same(actual, expected):
    if actual != expected:
        raise AssertionError(f"{actual!r:.300}, not {expected!r:.300}")


def line_of(offset, timestamp, key, value, headers):
    """A record as fixture.ts writes it."""
    text = lambda part: "-" if part is None else base64.b64encode(part).decode()
    pairs = [f"{name}={text(each)}" for name, each in headers or []]
    return "|".join([str(offset), str(timestamp), text(key), text(value), *pairs])


def same_lines(actual, what, expected=None):
    expected = lines if expected is None else expected
    for i, line in enumerate(expected):
        found = actual[i] if i < len(actual) else None
        if found != line:
            raise AssertionError(f"{what} record {i}: {found!s:.80}, not {line:.80}")
    same(len(actual), len(expected))


def refused(act, name):
    """`act` has to fail with a name in what it says."""
    try:
        said = f"no error, but {act()!r}"
    except Exception as error:
        said = f"{type(error).__name__} {error!r}"
    if name not in said:
        raise AssertionError(f"not {name}: {said:.300}")


def run(features):
    for feature, act in features.items():
        if feature not in job["features"]:
            continue
        try:
            act()
            answer = {"kind": "pass", "detail": ""}
        except Lacks as why:
            answer = {"kind": "not run", "detail": str(why)}
        except Exception as error:
            answer = {"kind": "fail", "detail": f"{type(error).__name__}: {error!s:.400}"}
        print(json.dumps({"feature": feature, **answer}, separators=(",", ":")), flush=True)
