"""Signatures of functions in machine code, as ctypes and Cython spell them."""

from __future__ import annotations

import ctypes

import pytest
from scipy import LowLevelCallable

from ns2vec._callable import check_low_level
from ns2vec.exceptions import ConfigError


class Spelled(LowLevelCallable):
    """A callable with the signature that another compiler would write."""

    __slots__ = ()
    spelling = ""

    @property
    def signature(self):
        return self.spelling


def spelled(text):
    function = ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 0)
    made = type("LowLevelCallable", (Spelled,), {"spelling": text})
    return made(function)


@pytest.mark.parametrize(
    "text",
    [
        "int (void *, int, float *)",
        "int32_t (void *, int32_t, float const *)",
        "int (void *, __pyx_t_int32_t, const float *)",
        "int (void *,int,float [])",
    ],
)
def test_spellings_of_the_same(text):
    check_low_level(spelled(text), "int", ("*", "int", "*"), "int f(...)")


@pytest.mark.parametrize(
    "text",
    [
        "int (void *, int)",
        "int (void *, long, float *)",
        "int (void *, unsigned int, float *)",
        "int (void *, uint32_t, float *)",
        "double (void *, int, float *)",
        "int (void *, float *, int)",
        "int",
        "",
    ],
)
def test_other_functions(text):
    with pytest.raises(ConfigError, match=r"expected a function int f\(\.\.\.\), got one with the signature"):
        check_low_level(spelled(text), "int", ("*", "int", "*"), "int f(...)")
