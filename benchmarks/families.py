"""Phrases and documents compared with gensim: seconds of one thread; of two for inference of documents.

    python -m benchmarks families                              all tasks, 3 rounds
    python -m benchmarks families --only phrases --rounds 5

Phrases are learned from the first 6 MB of the English corpus, in memory, and joined in three ways: all
sentences as a list, as an iterable, and sentence by sentence. Documents are the reviews of
rt-polarity: PV-DBOW and PV-DM of 100 dimensions train 10 epochs, and vectors of the same texts are inferred,
by gensim in a loop and by `infer_vectors` in one call. The programs alternate in each round; ratios
are of medians of processor seconds, and for inference of elapsed seconds.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.recommenders import Program, summarise, timed
from benchmarks.shared import corpus_file, describe_machine, protocol, say

RESULTS = Path(__file__).parent / "results" / "families.json"
TASKS = ("phrases", "documents")
PHRASES_BYTES, MIN_COUNT, THRESHOLD = 6_000_000, 5, 10.0
DOCUMENTS = {"vector_size": 100, "window": 5, "min_count": 2, "epochs": 10, "workers": 1, "seed": 1}
KINDS = {"PV-DBOW": 0, "PV-DM": 1}


def phrases(data: str | None) -> dict[str, dict[str, Program]]:
    """Learning and joining; the joined sentences of both programs must be equal."""
    from gensim.models import phrases as gensim_phrases

    from ns2vec import phrases as our_phrases

    text = corpus_file(None, PHRASES_BYTES, data).read_text("utf-8", errors="replace")
    sentences = [line.split() for line in text.splitlines()]
    modules = {"ns2vec": our_phrases, "gensim": gensim_phrases}
    frozen = {}
    for name, module in modules.items():
        frozen[name] = module.FrozenPhrases(module.Phrases(sentences, MIN_COUNT, THRESHOLD))
    if [*frozen["ns2vec"][sentences]] != [*frozen["gensim"][sentences]]:
        raise AssertionError("the joined sentences differ")

    def learn(name: str) -> Program:
        return lambda: timed(lambda: modules[name].Phrases(sentences, MIN_COUNT, THRESHOLD))

    def join(way: Callable[[Any], Any]) -> dict[str, Program]:
        return {name: lambda joins=joins: timed(lambda: way(joins)) for name, joins in frozen.items()}

    return {
        "learn phrases": {name: learn(name) for name in modules},
        "join, as a list": join(lambda joins: [*joins[sentences]]),
        "join, each as it comes": join(lambda joins: sum(1 for _ in joins[sentences])),
        "join, one by one": join(lambda joins: sum(1 for sentence in sentences if joins[sentence])),
    }


def documents(data: str | None) -> dict[str, dict[str, Program]]:
    """Training and inference."""
    from gensim.models import doc2vec as gensim_doc2vec

    import ns2vec

    folder = protocol.data_folder(data) / "classification"
    texts = [
        line.split()
        for name in ("rt-polarity.neg", "rt-polarity.pos")
        for line in (folder / name).read_text("latin-1").splitlines()
    ]
    found: dict[str, dict[str, Program]] = {}
    for kind, dm in KINDS.items():
        models = {}
        for name, module in (("ns2vec", ns2vec), ("gensim", gensim_doc2vec)):
            tagged = [module.TaggedDocument(words, [number]) for number, words in enumerate(texts)]
            models[name] = model = module.Doc2Vec(dm=dm, **DOCUMENTS)
            model.build_vocab(tagged)
            found.setdefault(f"train {kind}", {})[name] = training(model, tagged)
        gensims = looping(models["gensim"], texts)
        for n_threads, threads in ((1, "1 thread"), (2, "2 threads")):
            ours = at_once(models["ns2vec"], texts, n_threads)
            found[f"infer {kind}, {threads}"] = {
                "ns2vec": ours,
                "gensim": gensims,
            }
    return found


def training(model: Any, tagged: list[Any]) -> Program:
    """Train once more."""
    options = {"total_examples": len(tagged), "epochs": DOCUMENTS["epochs"]}
    return lambda: timed(lambda: model.train(tagged, **options))


def at_once(model: Any, texts: list[list[str]], n_threads: int) -> Program:
    """Infer all documents in one call; elapsed time."""
    return lambda: timed(lambda: model.infer_vectors(texts, workers=n_threads), time.perf_counter)


def looping(model: Any, texts: list[list[str]]) -> Program:
    """Infer one document at a time; elapsed time."""
    return lambda: timed(lambda: [model.infer_vector(words) for words in texts], time.perf_counter)


def main(argv: list[str] | None = None) -> int:
    """Measure, print the ratios, and write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", help="folder with corpus/ and classification/")
    parser.add_argument("--only", nargs="+", choices=TASKS, default=TASKS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=Path, default=RESULTS)
    arguments = parser.parse_args(argv)
    results: dict[str, Any] = {"machine": describe_machine(), "tasks": {}}
    for task in arguments.only:
        for name, programs in {"phrases": phrases, "documents": documents}[task](arguments.data).items():
            say(name)
            seconds: dict[str, list[float]] = {program: [] for program in programs}
            for _ in range(arguments.rounds):
                for program, run in programs.items():
                    seconds[program].append(run())
            results["tasks"][name] = summarise(seconds)
            print(f"{name:<24} {results['tasks'][name]['ratios']['gensim']:6.2f} x gensim", flush=True)
    arguments.output.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
