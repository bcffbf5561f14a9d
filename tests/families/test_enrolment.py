"""A family that can be saved and loaded is a family that passes the tests of all."""

from __future__ import annotations

import re
from pathlib import Path

import ns2vec
from ns2vec.formats.saving import MODELS
from ns2vec.graph import GraphSAGE
from ns2vec.keyedvectors import FastTextKeyedVectors

# they learn no vectors; GraphSAGE learns layers, of NumPy and on one thread (tests/graph/test_sage.py)
NO_FAMILIES = {ns2vec.KeyedVectors, FastTextKeyedVectors, ns2vec.Phrases, ns2vec.FrozenPhrases, GraphSAGE}


def test_every_family_has_its_tests():
    texts = [path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py")]
    enrolled = {name for text in texts for name in re.findall(r"^    family = (\w+)$", text, re.MULTILINE)}
    missing = [kind.__name__ for kind in MODELS.values() if kind not in NO_FAMILIES]
    assert set(missing) <= enrolled, "write a subclass of FamilyTests in tests/families/ for each"
