"""Score vectors on the project's suites: Google analogies (first 30,000 words), WS353, SimLex, MEN.

python eval/run.py vectors.bin
python eval/run.py vectors.txt --json scores.json
python eval/run.py model.gensim --model gensim
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from protocol import data_folder, evaluate


def load(path: str, model: str | None) -> Any:
    """Read vectors in a word2vec format, or the vectors of a saved model."""
    if model == "gensim":
        from gensim.models import Word2Vec as GensimWord2Vec

        return GensimWord2Vec.load(path).wv
    if model == "ns2vec":
        from ns2vec.word2vec import Word2Vec

        return Word2Vec.load(path).wv
    from ns2vec.formats import guess_format
    from ns2vec.keyedvectors import KeyedVectors

    return KeyedVectors.load_word2vec_format(path, binary=guess_format(path) == "word2vec_binary")


def parser() -> argparse.ArgumentParser:
    """The arguments of this script."""
    made = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="eval/run.py"
    )
    made.add_argument("vectors", help="word2vec text or binary vectors, may be compressed")
    made.add_argument(
        "--model", choices=("gensim", "ns2vec"), help="the file is a saved model of this program"
    )
    made.add_argument("--data", help="folder with eval/; default: NS2VEC_DATA, else ../shared/data")
    made.add_argument(
        "--json", metavar="FILE", help="write the scores there, - for stdout instead of the table"
    )
    made.add_argument("--sections", action="store_true", help="list the sections of the analogies")
    return made


def main(argv: list[str] | None = None) -> int:
    """Return 0, or 1 with one line on stderr if a file is missing or invalid."""
    arguments = parser().parse_args(argv)
    try:
        data = data_folder(arguments.data)
        report = evaluate(load(arguments.vectors, arguments.model), data)
    except (OSError, ValueError, ImportError, NotImplementedError) as error:
        print(f"eval/run.py: {error}", file=sys.stderr)
        return 1
    if arguments.json == "-":
        print(report.to_json())
        return 0
    print(report.table(sections=arguments.sections))
    if arguments.json:
        Path(arguments.json).write_text(report.to_json() + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
