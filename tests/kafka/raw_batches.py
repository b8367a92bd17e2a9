"""Record batches with whatever bytes a test wants, written by Kafka's documented format, and sent as they are."""

import gzip
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path

import crc32c
import lz4.frame
import zstandard
from kafka.net.compat import KafkaNetClient
from kafka.protocol.producer import ProduceRequest

Pairs = Sequence[tuple[bytes, bytes | None]]

PACKED = {
    0: bytes,
    1: gzip.compress,
    3: lambda content: lz4.frame.compress(content, block_linked=False),
    4: lambda content: zstandard.ZstdCompressor().compress(content),
}


def varint(number: int) -> bytes:
    """Zig-zag and base 128, as in Kafka's records."""
    number = (number << 1) ^ (number >> 63)
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def sized(content: bytes | None) -> bytes:
    """Bytes behind their length."""
    return varint(-1) if content is None else varint(len(content)) + content


def record(place: int, key: bytes | None, value: bytes | None, headers: Pairs = (), attributes: int = 0) -> bytes:
    """A record, the `place`-th of its batch (from 0)."""
    told = b"".join(sized(name) + sized(content) for name, content in headers)
    return sized(
        bytes([attributes]) + varint(0) + varint(place) + sized(key) + sized(value) + varint(len(headers)) + told
    )


def batch(
    records: Sequence[bytes], *, codec: int = 0, time: int = 1_700_000_000_000, packed: bytes | None = None
) -> bytes:
    """A batch with a right checksum; `packed` are its records as they are sent, unless `codec` packs them."""
    content = PACKED[codec](b"".join(records)) if packed is None else packed
    count = len(records)
    covered = struct.pack(">hiqqqhii", codec, count - 1, time, time, -1, -1, -1, count) + content
    behind_length = struct.pack(">ibI", -1, 2, crc32c.crc32c(covered)) + covered
    return struct.pack(">qi", 0, len(behind_length)) + behind_length


def send(bootstrap: str, topic: str, batches: Iterable[bytes]) -> list[int]:
    """Send each batch by itself to partition 0 of a broker alone; gives the broker's error codes (0: taken)."""
    client = KafkaNetClient(bootstrap_servers=bootstrap)
    try:
        client.check_version()
        place = ProduceRequest.TopicProduceData
        codes = []
        for sent in batches:
            partition = place.PartitionProduceData(index=0, records=sent)
            request = ProduceRequest(
                transactional_id=None,
                acks=-1,
                timeout_ms=5000,
                topic_data=[place(name=topic, partition_data=[partition])],
                min_version=3,
                max_version=9,
            )
            client.cluster.request_update()
            node = client.least_loaded_node()
            client.await_ready(node)
            answer = client.send_and_receive(node, request)
            codes.append(answer.responses[0].partition_responses[0].error_code)
        return codes
    finally:
        client.close()


def flip(file: Path, at: int) -> None:
    """Change a bit of a file in its place, as a failing disk would."""
    with file.open("r+b") as opened:
        opened.seek(at)
        (byte,) = opened.read(1)
        opened.seek(at)
        opened.write(bytes([byte ^ 0x20]))
