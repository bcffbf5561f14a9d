"""Samplers compared: what negatives cost, and what they are worth.

The facts corpus is generated from known facts, so how similar two of its words should be is known. The same
model is trained on it with several samplers; the table shows the processor time and how well the model ranks
the similarities. `ns2vec compare` does this with your own text, several seeds, probabilities and a report.

    python examples/compare_samplers.py
"""

from __future__ import annotations

import sys
import time

from pictures import options, picture
from scipy.stats import spearmanr

from ns2vec import KeyedVectors, Word2Vec
from ns2vec.evaluation import FactsCorpus, facts_corpus

SAMPLERS = ("unigram", "uniform", "log_uniform", "dynamic:m=4", "dynamic:m=4,anneal=linear", "cached")


def agreement(wv: KeyedVectors, facts: FactsCorpus) -> float:
    """Spearman's correlation of cosines with what was planted."""
    pairs = [pair for pair in facts.similarities() if pair[0] in wv and pair[1] in wv]
    cosines = [wv.similarity(left, right) for left, right, _ in pairs]
    return float(spearmanr(cosines, [score for *_, score in pairs]).statistic)


def main(arguments: list[str]) -> int:
    """Train with each sampler; 1 when the usual one learns nothing."""
    chosen = options(arguments, __doc__)
    facts = facts_corpus(n_types=2000, n_words=100_000)
    sentences = list(facts.sentences())
    train = {"vector_size": 32, "sg": 1, "epochs": 3, "seed": 1, "workers": 1, "min_count": 3}
    seconds, scores = {}, {}
    for sampler in SAMPLERS:
        began = time.process_time()
        model = Word2Vec(sentences, sampler=sampler, **train)
        seconds[sampler] = time.process_time() - began
        scores[sampler] = agreement(model.wv, facts)
        print(f"{sampler}: {scores[sampler]:.3f} in {seconds[sampler]:.1f} s")
    if chosen.picture:
        with picture(chosen.picture, "The same model with other negatives") as axes:
            axes.scatter(list(seconds.values()), list(scores.values()))
            for sampler in SAMPLERS:
                place = seconds[sampler], scores[sampler]
                axes.annotate(sampler, place, (4, 4), textcoords="offset points", fontsize=8)
            axes.set(xlabel="processor seconds", ylabel="Spearman with what was planted")
            axes.margins(x=0.25, y=0.15)
    return int(scores["unigram"] < 0.3)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
