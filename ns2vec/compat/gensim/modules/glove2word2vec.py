"""The names of ``gensim.scripts.glove2word2vec``: a header for GloVe's text files."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence

from ns2vec._typing import PathLike
from ns2vec.compat.gensim.modules.utils import deprecated
from ns2vec.formats import open_for_read, open_for_write


def get_glove_info(glove_file_name: PathLike) -> tuple[int, int]:
    """Return the number of vectors of a GloVe text file and their size."""
    n_lines = n_numbers = 0
    with open_for_read(glove_file_name) as lines:
        for line in lines:
            n_numbers = n_numbers or len(line.split()) - 1
            n_lines += 1
    return n_lines, n_numbers


@deprecated("KeyedVectors.load_word2vec_format(path, binary=False, no_header=True) loads GloVe text vectors")
def glove2word2vec(glove_input_file: PathLike, word2vec_output_file: PathLike) -> tuple[int, int]:
    """Write a GloVe text file with word2vec's header; return the two numbers of the header.

    Deprecated as in gensim: ``KeyedVectors.load_word2vec_format(path, no_header=True)`` reads GloVe's file.
    """
    found = get_glove_info(glove_input_file)
    with open_for_write(word2vec_output_file) as out, open_for_read(glove_input_file) as stream:
        out.write("{} {}\n".format(*found).encode("ascii"))
        shutil.copyfileobj(stream, out)
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``glove2word2vec -i IN -o OUT``."""
    parser = argparse.ArgumentParser(prog="glove2word2vec", description=glove2word2vec.__doc__)
    parser.add_argument("-i", "--input", required=True, help="GloVe's text file")
    parser.add_argument("-o", "--output", required=True, help="word2vec's text file")
    arguments = parser.parse_args(argv)
    glove2word2vec(arguments.input, arguments.output)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
