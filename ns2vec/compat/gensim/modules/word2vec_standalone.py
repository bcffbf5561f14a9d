"""The names of ``gensim.scripts.word2vec_standalone``: word2vec.c's command line."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from ns2vec.corpus import LineSentence
from ns2vec.word2vec import Word2Vec

# option, type, default, help
OPTIONS = (
    ("-window", int, 5, "words to each side"), ("-size", int, 100, "dimensions of a vector"),
    ("-sample", float, 1e-3, "threshold of subsampling"), ("-negative", int, 5, "noise words; 0 for none"),
    ("-threads", int, 3, "training threads"), ("-iter", int, 5, "epochs"),
    ("-min_count", int, 5, "words that occur less often are left out"),
    ("-alpha", float, 0.025, "learning rate at the start"),
)  # fmt: skip
SWITCHES = (
    ("-hs", "1 for hierarchical softmax"), ("-cbow", "1 for CBOW, 0 for skip-gram"),
    ("-binary", "1 to write word2vec's binary format"),
)  # fmt: skip


def main(argv: Sequence[str] | None = None) -> int:
    """Train vectors with word2vec.c's options; see ``-h``."""
    parser = argparse.ArgumentParser(prog="word2vec_standalone", description="Train word vectors.")
    parser.add_argument("-train", required=True, help="text: one sentence a line")
    parser.add_argument(
        "-output", help="file for the vectors; without it the model is saved beside the text as NAME.model, "
        "and its vectors as NAME.model.txt or NAME.model.bin",
    )  # fmt: skip
    parser.add_argument("-accuracy", help="file of analogy questions")
    for name, kind, default, about in OPTIONS:
        parser.add_argument(name, type=kind, default=default, help=about)
    for name, about in SWITCHES:
        parser.add_argument(name, type=int, default=int(name == "-cbow"), choices=(0, 1), help=about)
    chosen = parser.parse_args(argv)
    model = Word2Vec(
        LineSentence(chosen.train), vector_size=chosen.size, min_count=chosen.min_count,
        workers=chosen.threads, window=chosen.window, sample=chosen.sample, alpha=chosen.alpha,
        sg=1 - chosen.cbow, hs=chosen.hs, negative=chosen.negative, epochs=chosen.iter, progress=False,
    )  # fmt: skip
    output = chosen.output
    if output is None:
        path = os.path.splitext(chosen.train)[0] + ".model"
        model.save(path)
        output = path + (".bin" if chosen.binary else ".txt")
    model.wv.save_word2vec_format(output, binary=bool(chosen.binary))
    if chosen.accuracy:
        score, _ = model.wv.evaluate_word_analogies(chosen.accuracy)
        sys.stderr.write(f"analogies: {100 * score:.2f} % right\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
