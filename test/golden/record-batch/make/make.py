"""Batches of kafka-python: its LZ4 frames link their blocks and say their size, its Snappy is xerial."""
from kafka.record import MemoryRecordsBuilder

CODECS = {"lz4": 3, "snappy": 2}


def records(count):
    for i in range(count):
        key = None if i % 5 == 0 else f"key-{i}".encode()
        value = None if i % 7 == 0 else (f"value-{i};" * (i % 11 * 10 + 1)).encode()
        headers = [("trace", f"t{i}".encode()), ("größe", b"x" * (i % 4))] if i % 3 == 0 else []
        yield 1_700_000_000_000 + (i if i % 2 == 0 else -i) * 1000, key, value, headers


for name, number in CODECS.items():
    builder = MemoryRecordsBuilder(magic=2, compression_type=number, batch_size=1 << 20)
    for timestamp, key, value, headers in records(400):
        assert builder.append(timestamp, key, value, headers)
    builder.close()
    with open(f"out/python-{name}.bin", "wb") as file:
        file.write(builder.buffer())

# An LZ4 frame as older Python clients write them: blocks that reach into the ones before, and every checksum.
import lz4.frame

with open("out/linked.lz4", "wb") as file:
    file.write(
        lz4.frame.compress(
            b"".join(b"line %d\n" % (i * 7919 % 499) for i in range(20_000)),
            block_size=lz4.frame.BLOCKSIZE_MAX64KB,
            block_linked=True,
            block_checksum=True,
            content_checksum=True,
            compression_level=9,
        )
    )
