"""Real messages, broken in every way that bytes can be: what a stranger, or a bug of ours, could put on the bus."""

import base64
import json
import random
import re
from collections.abc import Iterator

from ledger.bus.port import Record
from ledger.events.signing import Signer
from tests.examples import PHONES
from tests.intake import NOON, SECOND, SECRET

_SIGNER = Signer(SECRET)

POISONS = (
    b"1e400", b"-1e400", b"9" * 5000, b"-" + b"9" * 4301, b"9" * 400, b"9007199254740993", b"1.0", b"-0.0", b"5e-324",
    b"0." + b"1" * 5000, b"NaN", b"Infinity", b"-Infinity", b"01", b"1.", b"+1", b"0x1", b"nul", b"undefined",
    b'"\xff"', b'"\xc3"', b'"\xed\xa0\x80"', b'"\\ud800"', b'"\\udfff\\ud800"', b'"\\u0000"', b'"\\x"', b'"\x00"',
    b'"\\ud83d\\ude00"', b'"\xf0\x9f\x98\x80"', b'"\xef\xbb\xbf"', b'"\xe2\x80\xa8"', b'"\x7f"', b'"open',
    b'"' + b"x" * 40_000 + b'"', b'"' + "é".encode() * 129 + b'"', b"[" * 65 + b"]" * 65, b"[" * 3000 + b"]" * 3000,
    b'{"a":' * 70 + b"1" + b"}" * 70, b"null", b"true", b"false", b"0", b"1", b"-1", b'""', b'" "', b"[]", b"{}",
    b"[null]", b"[1e400]", b"[[1]]", b'[{"a":1}]', b'["a",1,true]', b'{"":1}', b'{" ":"x"}', b'{"a":{"b":1}}',
    b'{"a":1e400}', b'{"a":"\xff"}', b'{"\xff":1}', b'{"\\ud800":1}', b'{"a\\u0000":1}', b'{"a":1,"a":2}',
    b'{"whatsapp_opted":"no"}', b'{"city":' + b"9" * 30 + b"}", b'"2022-10-31"', b'"0000-01-01T00:00:00Z"',
    b'"9999-12-31T23:59:59.999999999-23:59"', b'"phone"', b'"update"', b'"1"', b'"+919967536783"', b'"%%%"', b'"e30="',
)  # fmt: skip
"""Values in the place of others: numbers, texts and depths that a decoder may refuse, and other types."""

_NAMES = (
    b"specversion", b"id", b"source", b"type", b"time", b"ledgersig", b"data", b"data_base64", b"subject", b"x", b"",
    b"phone", b"userId", b"traits", b"tags", b"event", b"match", b"mode", b"row", b"line", b"rowend", b"basedOn",
    b"follows", b"by", b"reason", b"published", b"import", b"city", b"\xff", b"\\ud800", b"\\u0000", b"d\\u0061ta",
)  # fmt: skip
_CONTACTS = (b'"phone":"%s"', b'"userId":"%s"', b'"phone":"%s","userId":"u1"', b'"phone":"%s","match":"phone"')
_VALUES = re.compile(rb'(?<=:)(?:"(?:[^"\\]|\\.)*"|[-+.0-9eE]+|true|false|null|\[[^\[\]]*\]|\{[^{}]*\})')
_GAPS = re.compile(rb"(?<=[{}\[\],:])|(?=[{}\[\],:])")
_HEADERS = (
    "ce_specversion",
    "ce_id",
    "ce_source",
    "ce_type",
    "ce_time",
    "ce_ledgersig",
    "content-type",
    "CE_ID",
    "é",
    "\udcff",
)


def records(count: int, seed: int) -> Iterator[Record]:
    """So many records, the same for the same seed; a few are as they should be."""
    chance = random.Random(seed)
    sent: list[Record] = []
    for number in range(count):
        record = _again(chance, sent) if sent and chance.random() < 0.1 else _made(chance, number)
        sent.append(record)
        yield Record(0, number, NOON + number * SECOND, record.key, record.value, record.headers)


def _made(chance: random.Random, number: int) -> Record:
    id, is_ours = f"m{number}", chance.random() < 0.5
    source = f"/imports/i{chance.randint(1, 3)}" if is_ours else chance.choice(["s", "https://shop.example/orders"])
    type, data = _command(chance) if is_ours and chance.random() < 0.2 else _fact(chance, number, is_ours=is_ours)
    data = _mutated(chance, data, 0.6)
    if is_ours and chance.random() < 0.9:  # what a bug of ours could sign
        value = _SIGNER.message(source=source, id=id, type=type, time="2023-11-14T22:13:20Z", data=data)
        return Record(0, 0, 0, None, value if chance.random() < 0.8 else _mutated(chance, value, 1.0))
    if chance.random() < 0.25:
        return _binary(chance, id, source, type, data)
    member = b'"data":' + data
    if chance.random() < 0.15:
        member = b'"data_base64":"' + base64.b64encode(data) + b'"'
    head = json.dumps({"specversion": "1.0", "id": id, "source": source, "type": type}).encode()[:-1]
    value = head + b"," + member + b"}"
    return Record(0, 0, 0, chance.choice([None, b"", b"\xff"]), _mutated(chance, value, 0.4))


def _fact(chance: random.Random, number: int, *, is_ours: bool) -> tuple[str, bytes]:
    type = chance.choice(["UserTracked", "UserTracked", "TagsAdded", "EventTracked"])
    said = {
        "UserTracked": b'"traits":{"name":"Gavin Roberts","city":"Pune","n":1.5,"l":["a",1],"d":"2022-10-31","o":null}',
        "TagsAdded": b'"tags":["vip"," New  customer"]',
        "EventTracked": b'"event":"Order placed","traits":{"items":[{"sku":"a","n":2}]}',
    }[type]
    who = chance.choice(_CONTACTS)
    if b"%s" in who:
        who %= chance.choice(PHONES).encode() if b"phone" in who else b"u%d" % chance.randint(1, 4)
    row = b',"mode":"upsert","row":%d,"line":%d,"rowend":true' % (number, number + 1) if is_ours else b""
    return type, b"{" + who + b"," + said + row + b"}"


def _command(chance: random.Random) -> tuple[str, bytes]:
    type = chance.choice(["ImportStarted", "ImportSplit", "ImportSplit", "ImportUndone", "ImportRedone"])
    said = {
        "ImportStarted": b'{"import":"i1","hash":"x","choices":{"tags":["vip"]},"rows":3}',
        "ImportSplit": b'{"import":"i1","rows":1,"published":1,"duplicate":0,"rejected":0}',
    }
    return type, said.get(type, b'{"import":"i1","by":"asha","reason":"the wrong file"}')


def _binary(chance: random.Random, id: str, source: str, type: str, data: bytes) -> Record:
    headers = [
        ("ce_specversion", b"1.0"), ("ce_id", id.encode()), ("ce_source", source.encode()), ("ce_type", type.encode()),
    ]  # fmt: skip
    while chance.random() < 0.3:
        strange = chance.choice([b"", b"\xff", b"x" * 5000, b"1.0", b"application/json", b"text/plain", b"\x00"])
        headers.insert(chance.randint(0, len(headers)), (chance.choice(_HEADERS), strange))
    if chance.random() < 0.1:
        headers.pop(chance.randrange(len(headers)))
    value = chance.choice([b"", None, b"null", b"\xff", b"{}"]) if chance.random() < 0.15 else data
    return Record(0, 0, 0, None, value, tuple(headers))


def _again(chance: random.Random, sent: list[Record]) -> Record:
    """What came before, as it was or with other bytes around it."""
    old = chance.choice(sent)
    value, headers, kind = old.value, old.headers, chance.random()
    if value and kind < 0.3:
        value += chance.choice([b" ", b"\n", b"\t "])
    elif value and kind < 0.6:
        value = value.replace(b",", b" ,\n", chance.randint(1, 3))
    elif value and kind < 0.7:
        value = _mutated(chance, value, 1.0)
    elif kind < 0.8:
        headers = (*headers, ("content-type", b"application/json"))
    return Record(0, 0, 0, b"k", value, headers)


def _mutated(chance: random.Random, text: bytes, probability: float) -> bytes:
    while chance.random() < probability:
        probability /= 2
        text = chance.choice(_MUTATIONS)(chance, text)
    return text


def _replace_value(chance: random.Random, text: bytes) -> bytes:
    found = list(_VALUES.finditer(text))
    if not found:
        return chance.choice(POISONS)
    at = chance.choice(found)
    return text[: at.start()] + chance.choice(POISONS) + text[at.end() :]


def _add_member(chance: random.Random, text: bytes) -> bytes:
    """Also one that is there already: before or behind the other."""
    member = b'"' + chance.choice(_NAMES) + b'":' + chance.choice(POISONS)
    places = [at for at, byte in enumerate(text) if byte in b"{}"]
    if not places:
        return b"{" + member + b"}"
    at = chance.choice(places)
    if text[at : at + 1] == b"}":
        return text[:at] + (b"" if text[at - 1 : at] == b"{" else b",") + member + text[at:]
    return text[: at + 1] + member + (b"" if text[at + 1 : at + 2] == b"}" else b",") + text[at + 1 :]


def _blanks(chance: random.Random, text: bytes) -> bytes:
    gaps = [gap.start() for gap in _GAPS.finditer(text)] or [0]
    at = chance.choice(gaps)
    return text[:at] + chance.choice([b" ", b"\n", b"\t", b"\r", b"\x0b", b"\xc2\xa0", b"\x00", b"//"]) + text[at:]


def _break_bytes(chance: random.Random, text: bytes) -> bytes:
    at = chance.randint(0, len(text))
    kind = chance.randrange(5)
    if kind == 0:
        return text[:at]
    if kind == 1:
        return text[:at] + bytes([chance.randrange(256)]) + text[at + 1 :]
    if kind == 2:
        return text[:at] + chance.randbytes(chance.randint(1, 6)) + text[at:]
    if kind == 3:
        return text[:at] + text[at + chance.randint(1, 9) :]
    return text[at:] + text[:at]


_MUTATIONS = (_replace_value, _replace_value, _replace_value, _add_member, _add_member, _blanks, _break_bytes)
