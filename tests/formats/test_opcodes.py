"""The look at a pickle before it is unpickled: what models consist of passes, what harms does not."""

from __future__ import annotations

import pickle
import pickletools
import random
from collections import OrderedDict, defaultdict

import numpy as np
import pytest

from ns2vec.formats._opcodes import check_pickle

VALUES = {
    "plain": [None, True, False, 0, -1, 300, 70000, 2**40, -(2**63), 1.5, "a", "ü" * 300, b"x", b"y" * 300],
    "containers": ([1, [2]], {"a": {"b": 1}}, {1, 2}, frozenset("ab"), (), (1,), (1, 2), (1, 2, 3), (1,) * 9),
    "shared": [["x"]] * 3,
    "classes": [defaultdict(int, a=1), OrderedDict(a=1), complex(1, 2)],
    "arrays": [
        np.arange(5),
        np.eye(3, dtype=np.float32, order="F"),
        np.float32(1),
        np.array(["a", None], object),
    ],
    "large": {f"word{i}": i for i in range(3000)},
}
STOP = b"."


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("name", VALUES)
def test_values_pass(name, protocol):
    check_pickle(pickle.dumps(VALUES[name], protocol))
    check_pickle(pickletools.optimize(pickle.dumps(VALUES[name], protocol)))


def nested_tuple(n: int) -> bytes:
    return b"\x80\x04)" + b"\x85" * n + STOP


def doubled_tuple(n: int) -> bytes:
    """Each tuple holds the one before twice: hashing visits 2 ** n."""
    return b"\x80\x04)q\x00" + b"h\x00h\x00\x86q\x00" * n + STOP


HOSTILE = {
    "nothing": (b"", "nothing there"),
    "no end": (b"\x80\x04N", "without a last opcode"),
    "two values": (b"\x80\x04NN.", "2 values at the end"),
    "no value": (b"\x80\x04.", "0 values at the end"),
    "a mark": (b"\x80\x04(.", "expected one"),
    "protocol 9": (b"\x80\x09N.", "protocol 9"),
    "a memo of four billion": (b"\x80\x04Nr\xff\xff\xff\xff.", "memo entry 4294967295"),
    "a memo that is empty": (b"\x80\x04h\x05.", "memo has no entry 5"),
    "an exabyte of text": (b"\x80\x04\x8d" + b"\x00" * 7 + b"\x10.", "bytes, but"),
    "a negative length": (b"\x80\x04T\xff\xff\xff\xff.", "bytes, but"),
    "bytes that are not there": (b"\x80\x04B\xff\xff\xff\x7f.", "bytes, but"),
    "an argument that is cut": (b"\x80\x04J\x00", "ends within an argument"),
    "an integer of a kilobyte": (
        b"\x80\x04\x8b\x00\x04\x00\x00" + bytes(1024) + STOP,
        "integer that is too long",
    ),
    "a decimal of a kilobyte": (b"\x80\x04L" + b"9" * 300 + b"L\n.", "integer that is too long"),
    "a name without an end": (b"\x80\x04c" + b"a" * 600 + STOP, "without an end"),
    "a deep tuple": (nested_tuple(10**5), "tuple that is too large"),
    "a doubled tuple": (doubled_tuple(60), "tuple that is too large"),
    "a persistent id": (b"\x80\x04Pspam\n.", "does not occur"),
    "a binary persistent id": (b"\x80\x04NQ.", "does not occur"),
    "an extension": (b"\x80\x04\x82\x01.", "does not occur"),
    "an instance": (b"\x80\x02(ios\nsystem\n.", "does not occur"),
    "a new object with keywords": (b"\x80\x04N)}\x92.", "does not occur"),
    "an outside buffer": (b"\x80\x05\x97.", "does not occur"),
    "an empty stack": (b"\x80\x04b.", "stack is empty"),
    "a mark as a value": (b"\x80\x04N(b.", "mark where a value"),
    "no mark": (b"\x80\x04]Ne.", "no mark"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_harm_is_refused(name):
    data, message = HOSTILE[name]
    with pytest.raises(ValueError, match=message):
        check_pickle(data)


def test_the_largest_tuple():
    check_pickle(nested_tuple(120))
    check_pickle(pickle.dumps(tuple(range(200))))
    with pytest.raises(ValueError, match="too large"):
        check_pickle(pickle.dumps(tuple(range(300))))


def test_what_passes_does_not_trip_the_unpickler():
    """Random opcodes: what the check lets through may fail, but only with an ordinary error."""
    rng = random.Random(2)
    alphabet = [bytes([code]) for code in range(256)] + [
        b"K\x01",
        b"h\x00",
        b"q\x00",
        b"]",
        b"}",
        b")",
        b"(",
    ] * 9
    n_passed = 0
    for _ in range(30000):
        data = b"\x80\x04" + b"".join(rng.choices(alphabet, k=rng.randint(1, 12))) + STOP
        if b"c" in data or b"\x93" in data:
            continue
        try:
            check_pickle(data)
        except ValueError:
            continue
        n_passed += 1
        try:
            pickle.loads(data)
        except Exception as error:  # any ordinary error will do
            assert not isinstance(error, MemoryError | RecursionError)
    assert n_passed > 50


def test_a_few_bytes_cannot_become_gigabytes():
    for made in (b"]", b"}", b"N\x85", b"(l"):
        with pytest.raises(ValueError, match="more lists and objects than"):
            check_pickle(b"\x80\x02(" + made * 3_000_000 + b"l.")
