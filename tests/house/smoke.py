"""Use an installed ns2vec as a new user would: import, train, save, load, command line.

Run by the wheel tests with the interpreter of an empty environment, outside the checkout; it needs
only ns2vec and its dependencies. Prints one line and exits with 0, or fails with a traceback.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tempfile

import numpy as np

import ns2vec
from ns2vec import KeyedVectors, LineSentence, Word2Vec

SENTENCES = [["red", "green", "blue"], ["one", "two", "three"]] * 200


def check(condition: bool, message: str) -> None:
    """Stop with `message` unless `condition` holds (an assert would vanish under -O)."""
    if not condition:
        raise SystemExit(f"smoke test failed: {message}")


def train_and_save(folder: str) -> None:
    """Train on a file and on lists; write vectors and read them back."""
    corpus = os.path.join(folder, "corpus.txt")
    with open(corpus, "w", encoding="utf-8") as file:
        file.writelines(" ".join(sentence) + "\n" for sentence in SENTENCES)
    options = {"vector_size": 16, "min_count": 1, "epochs": 3, "workers": 1, "seed": 7}
    from_file = Word2Vec(LineSentence(corpus), **options).wv
    from_lists = Word2Vec(SENTENCES, **options).wv
    check(sorted(from_file.index_to_key) == sorted({word for line in SENTENCES for word in line}), "keys")
    check(bool(np.isfinite(from_file.vectors).all()), "vectors are not finite")
    check(np.array_equal(from_file.vectors, from_lists.vectors), "file and lists train differently")
    path = os.path.join(folder, "vectors.bin")
    from_file.save_word2vec_format(path, binary=True)
    loaded = KeyedVectors.load_word2vec_format(path, binary=True)
    check(np.array_equal(loaded["red"], from_file["red"]), "vectors changed by save and load")


def main() -> int:
    """Run every check; return 0."""
    with tempfile.TemporaryDirectory() as folder:
        train_and_save(folder)
    command = os.path.join(sysconfig.get_path("scripts"), "ns2vec")
    help_text = subprocess.run([command, "--help"], capture_output=True, text=True, check=True).stdout
    check("train" in help_text and "query" in help_text, "ns2vec --help names no subcommands")
    sys.stdout.write(f"ns2vec {ns2vec.__version__} works: {os.path.dirname(ns2vec.__file__)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
