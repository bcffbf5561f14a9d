"""Phrases in a real text: the reference of the Python language, or your own text.

Words that occur together more often than by chance become one token: first pairs of words, then pairs of
which one or both are pairs already. Words such as "of" may occur inside a phrase, but neither begin nor end
one. Vectors are then trained on the joined text, which is read again in each epoch and never kept.

    python examples/phrases.py
    python examples/phrases.py corpus.txt
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from pydoc_data.topics import topics

from ns2vec import Phrases, Word2Vec
from ns2vec.phrases import ENGLISH_CONNECTOR_WORDS


def reference() -> list[list[str]]:
    """Sentences of Python's own help, in lower case."""
    text = re.sub(r"[\"'*`|_+=-]+", " ", "\n\n".join(topics.values()).lower())
    sentences = re.split(r"[.:;!?]\s|\n\n", text)
    return [words for sentence in sentences if len(words := re.findall(r"[a-z]+", sentence)) > 2]


def sentences_of(path: str) -> list[list[str]]:
    """Sentences of a text: one a line."""
    return [line.split() for line in Path(path).read_text("utf-8").splitlines()]


def main(arguments: list[str]) -> int:
    """Show phrases and their neighbours; 1 if there are none."""
    sentences = sentences_of(arguments[0]) if arguments else reference()
    options = {"min_count": 5, "scoring": "npmi", "connector_words": ENGLISH_CONNECTOR_WORDS}
    pairs = Phrases(sentences, threshold=0.6, **options).freeze()
    triples = Phrases(pairs[sentences], threshold=0.6, **options)
    joined = triples[pairs[sentences]]
    found = sorted(triples.find_phrases(pairs[sentences]).items(), key=lambda pair: -pair[1])
    print(f"{len(pairs.phrasegrams)} pairs, such as {', '.join(list(pairs.phrasegrams)[:5])}")
    print(f"{len(found)} longer ones, such as {', '.join(phrase for phrase, _ in found[:5])}")
    model = Word2Vec(joined, vector_size=50, min_count=5, epochs=10, seed=1, workers=1)
    phrases = [key for key in model.wv.index_to_key if "_" in key][:3]
    for phrase in phrases:
        print(f"{phrase} is near {', '.join(word for word, _ in model.wv.most_similar(phrase, topn=3))}")
    return int(not phrases)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
