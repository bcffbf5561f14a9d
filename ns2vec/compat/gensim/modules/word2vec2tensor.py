"""The names of ``gensim.scripts.word2vec2tensor``: vectors for the TensorBoard projector."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from ns2vec._typing import PathLike
from ns2vec.formats import VectorTable, projector
from ns2vec.keyedvectors import KeyedVectors


def word2vec2tensor(word2vec_model_path: PathLike, tensor_filename: str, binary: bool = False) -> None:
    """Write ``PREFIX_tensor.tsv`` (numbers) and ``PREFIX_metadata.tsv`` (words) of a word2vec file."""
    kv = KeyedVectors.load_word2vec_format(word2vec_model_path, binary=binary)
    projector.write(f"{tensor_filename}_tensor.tsv", VectorTable(kv.index_to_key, kv.vectors))


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``word2vec2tensor -i IN -o PREFIX [-b]``."""
    parser = argparse.ArgumentParser(prog="word2vec2tensor", description=word2vec2tensor.__doc__)
    parser.add_argument("-i", "--input", required=True, help="vectors in word2vec's format")
    parser.add_argument("-o", "--output", required=True, help="prefix of the two files")
    parser.add_argument("-b", "--binary", action="store_true", help="the vectors are in binary format")
    arguments = parser.parse_args(argv)
    word2vec2tensor(arguments.input, arguments.output, arguments.binary)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
