"""FastText compared with gensim's and the package `fasttext`: quality over seeds, processor time of training.

    python -m benchmarks subwords                                   25 MB, seeds 1 2 3 (hours, for the peers)
    python -m benchmarks subwords --variants skip-gram --seeds 1 --programs ns2vec fasttext

All three models are scored by the same code, unknown words by vectors from their n-grams.
Each run is written at once, so a stopped benchmark continues where it stopped. The mean difference to each
peer may be -.01, its one-sided 90 % bound twice that. Ratios of processor seconds are of whole training calls
for `fasttext`, which does not report reading and training separately, and of `train` for the others.
Exit code 1: a bound is missed.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.known_runs import KnownRuns
from benchmarks.processes import ChildError
from benchmarks.programs import Say, build_facts, text_of
from benchmarks.quality import lower_bound
from benchmarks.shared import PARAMETERS, changed_settings, common_parser, corpus_file, protocol, results_path

VARIANTS = {"skip-gram": {"sg": 1}, "cbow": {"sg": 0}}
PEERS = ("gensim", "fasttext")
LARGEST_LOSS = 0.01
N_GRAMS = {"min_n": 3, "max_n": 6, "bucket": 2_000_000}


def train(job: dict[str, Any], say: Say) -> dict[str, Any]:
    """Train FastText with the job's program and score it."""
    say(phase="train")
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "model.bin")
        vectors, seconds = TRAINERS[job["program"]](job, path)
        say(phase="evaluate")
        report = protocol.evaluate(vectors, job["data"])
    return {
        "scores": {**halves(report), **{pairs.suite: pairs.spearman for pairs in report.pairs}},
        "seconds": seconds,
        "n_types": len(vectors.index_to_key),
        "build": build_facts(job["program"]),
    }


def halves(report: Any) -> dict[str, float]:
    """Accuracy of the semantic and of the syntactic sections of the analogies."""
    found = {}
    for name, is_syntactic in (("semantic", False), ("syntactic", True)):
        sections = [
            section
            for suite in report.analogies
            for section in suite.sections
            if section.name.startswith("gram") == is_syntactic
        ]
        n_asked = sum(section.n_asked for section in sections)
        found[name] = sum(section.n_correct for section in sections) / max(n_asked, 1)
    return found


def train_ns2vec(job: dict[str, Any], path: str) -> tuple[Any, float]:
    """Vectors of ns2vec, and the processor seconds of `train`."""
    from ns2vec.fasttext import FastText

    model, seconds = fitted(FastText(**job["parameters"]), job)
    return model.wv, seconds


def train_gensim(job: dict[str, Any], path: str) -> tuple[Any, float]:
    """Vectors of gensim, through a file that ns2vec reads."""
    from gensim.models.fasttext import FastText, save_facebook_model

    from ns2vec.fasttext import load_facebook_vectors

    model, seconds = fitted(FastText(**job["parameters"]), {**job, "input": "sentences"})
    save_facebook_model(model, path)
    return load_facebook_vectors(path), seconds


def fitted(model: Any, job: dict[str, Any]) -> tuple[Any, float]:
    """A model with gensim's interface after training, and the processor seconds of training."""
    text = text_of(job)
    model.build_vocab(**text)
    started = time.process_time()
    model.train(
        **text,
        total_examples=model.corpus_count,
        total_words=model.corpus_total_words,
        epochs=model.epochs,
    )
    return model, time.process_time() - started


def train_fasttext(job: dict[str, Any], path: str) -> tuple[Any, float]:
    """Vectors of the package, through a file that ns2vec reads."""
    import fasttext

    from ns2vec.fasttext import load_facebook_vectors

    given = job["parameters"]
    # The program has a seed, but its Python function has no argument for it; defaults are passed on
    # unchanged.
    fasttext.FastText.unsupervised_default["seed"] = given["seed"]
    started = time.process_time()
    model = fasttext.train_unsupervised(
        job["corpus"],
        model="skipgram" if given["sg"] else "cbow",
        lr=given["alpha"],
        dim=given["vector_size"],
        ws=given["window"],
        neg=given["negative"],
        t=given["sample"],
        minCount=given["min_count"],
        epoch=given["epochs"],
        thread=given["workers"],
        minn=given["min_n"],
        maxn=given["max_n"],
        bucket=given["bucket"],
        verbose=0,
    )
    seconds = time.process_time() - started
    model.save_model(path)
    return load_facebook_vectors(path), seconds


TRAINERS = {"ns2vec": train_ns2vec, "gensim": train_gensim, "fasttext": train_fasttext}


class Benchmark:
    """Runs over one text."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.corpus = corpus_file(arguments.corpus, arguments.bytes, arguments.data)
        self.data = str(protocol.data_folder(arguments.data))
        self.changed = changed_settings(arguments, ("epochs", "vector_size", "workers", "min_count"))
        path = results_path("subwords", arguments.results, is_dated=False)
        self.known = KnownRuns(path, self.corpus, keep=True)

    def job(self, program: str, variant: str, seed: int) -> dict[str, Any]:
        """The run of one seed."""
        parameters = {**PARAMETERS, **N_GRAMS, "workers": 1, **VARIANTS[variant], **self.changed}
        return {
            "task": "subwords",
            "program": program,
            "corpus": str(self.corpus),
            "input": "corpus_file",
            "parameters": {**parameters, "seed": seed},
            "data": self.data,
        }

    def summaries(self) -> dict[str, dict[str, Any]]:
        """For each variant and peer: differences over the seeds that both ran, and the ratio of seconds."""
        found = {}
        for variant, peer in itertools.product(VARIANTS, PEERS):
            runs = [
                [self.known.known_outcome(self.job(program, variant, seed)) for program in ("ns2vec", peer)]
                for seed in self.known.seeds()
            ]
            pairs = [(ours, theirs) for ours, theirs in runs if ours and theirs]
            if pairs:
                found[f"{variant} beside {peer}"] = summarise(pairs)
        return found


def summarise(pairs: list[tuple[dict[str, Any], dict[str, Any]]]) -> dict[str, Any]:
    """Means, differences and their bounds by suite, and the median ratio of processor seconds."""
    suites = {}
    for suite in pairs[0][0]["scores"]:
        ours, theirs = ([run["scores"][suite] for run in runs] for runs in zip(*pairs, strict=True))
        differences = [our - their for our, their in zip(ours, theirs, strict=True)]
        suites[suite] = {
            "ns2vec": statistics.fmean(ours),
            "peer": statistics.fmean(theirs),
            "difference": statistics.fmean(differences),
            "bound": lower_bound(differences),
        }
    ratio = statistics.median(theirs["seconds"] / ours["seconds"] for ours, theirs in pairs)
    return {"n_seeds": len(pairs), "speed": ratio, "suites": suites}


def broken_bounds(summaries: dict[str, dict[str, Any]]) -> list[str]:
    """Each bound that is missed, in words."""
    return [
        f"{name} {suite}: {row['difference']:+.4f}, 90 % bound {row['bound']:+.4f}"
        for name, summary in summaries.items()
        for suite, row in summary["suites"].items()
        if not (row["difference"] >= -LARGEST_LOSS and row["bound"] >= -2 * LARGEST_LOSS)
    ]


def table(summaries: dict[str, dict[str, Any]]) -> str:
    """The summaries as aligned lines."""
    lines = []
    for name, summary in summaries.items():
        lines.append(f"{name}: {summary['n_seeds']} seeds, {summary['speed']:.1f} x as fast (processor time)")
        for suite, row in summary["suites"].items():
            scores = f"{row['ns2vec']:8.4f} {row['peer']:8.4f}"
            lines.append(f"  {suite:<10} {scores} {row['difference']:+8.4f} {row['bound']:+8.4f}")
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    """Return 0 if all bounds hold, 1 if one is missed or a run failed."""
    parser = common_parser(__doc__, 25_000_000)
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=list(VARIANTS))
    parser.add_argument("--programs", nargs="+", choices=TRAINERS, default=list(TRAINERS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    parser.add_argument("--workers", type=int, help="instead of 1")
    parser.add_argument("--min-count", type=int, help="instead of 5")
    arguments = parser.parse_args(argv)
    benchmark = Benchmark(arguments)
    try:
        for seed, variant, program in itertools.product(
            arguments.seeds, arguments.variants, arguments.programs
        ):
            job = benchmark.job(program, variant, seed)
            benchmark.known.outcome(job, f"{program} {variant} seed {seed}")
    except ChildError as error:
        print(f"subwords: {error}", file=sys.stderr)
        return 1
    summaries = benchmark.summaries()
    broken = broken_bounds(summaries)
    benchmark.known.save({"variants": summaries, "broken_bounds": broken})
    print(table(summaries))
    print("\n".join(f"MISSED {line}" for line in broken) or "all bounds hold")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
