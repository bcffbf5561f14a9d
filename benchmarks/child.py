"""Train once with gensim or ns2vec in a process of its own; the benchmarks start it.

Reads a job as JSON from its argument and writes JSON lines to stdout: ``{"phase": ...}`` when a
phase begins, and the outcome last. Both programs read the same file, with ``corpus_file=`` unless the job
says ``"input": "sentences"``, which is gensim's LineSentence.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "eval"))


def say(**record: Any) -> None:
    """Write one JSON line now."""
    print(json.dumps(record), flush=True)


def word2vec_class(program: str) -> Any:
    """The class that is compared: gensim's or ours."""
    if program == "gensim":
        from gensim.models import Word2Vec
    else:
        from ns2vec.word2vec import Word2Vec
    return Word2Vec


def build_facts(program: str) -> dict[str, Any]:
    """Version, instruction set and compiler, as far as the program tells them."""
    if program == "gensim":
        import gensim

        return {"version": gensim.__version__}
    import ns2vec
    from ns2vec import _kernels

    facts: dict[str, Any] = {"version": ns2vec.__version__, "isa": _kernels.ISA}
    if hasattr(ns2vec, "build_info"):
        facts.update(ns2vec.build_info())
    return facts


def train(job: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Build the vocabulary and train; return the model and the figures."""
    parameters = dict(job["parameters"])
    if "sampler" in parameters:
        from called_samplers import make

        parameters["sampler"] = make(parameters["sampler"])
    model = word2vec_class(job["program"])(**parameters)
    if job["input"] == "sentences":
        from gensim.models.word2vec import LineSentence

        corpus = {"corpus_iterable": LineSentence(job["corpus"])}
    else:
        corpus = {"corpus_file": job["corpus"]}
    say(phase="build_vocab")
    started = time.perf_counter()
    model.build_vocab(**corpus)
    built, busy = time.perf_counter(), time.process_time()
    say(phase="train")
    model.train(
        **corpus,
        total_examples=model.corpus_count,
        total_words=model.corpus_total_words,
        epochs=model.epochs,
    )
    ended, busy = time.perf_counter(), time.process_time() - busy
    counts = [model.wv.get_vecattr(key, "count") for key in model.wv.index_to_key]
    n_words = int(sum(counts))
    n_rows, vector_size = model.wv.vectors.shape
    outcome = {
        "vocab_seconds": built - started,
        "train_seconds": ended - built,
        "n_words": n_words,
        "words_per_second": n_words * model.epochs / (ended - built),
        "words_per_cpu_second": n_words * model.epochs / busy,
        "n_types": n_rows,
        "model_bytes": 2 * 4 * n_rows * vector_size,
        "build": build_facts(job["program"]),
    }
    return model, outcome


def main(argument: str) -> int:
    """Run the job that `argument` describes."""
    job = json.loads(argument)
    say(phase="import")
    model, outcome = train(job)
    if job["data"]:
        from protocol import evaluate

        say(phase="evaluate")
        outcome["scores"] = evaluate(model.wv, job["data"]).scores()
    if job.get("held_out"):
        from held_out import held_out_loss

        outcome["held_out_loss"] = held_out_loss(model, Path(job["held_out"]))
    if job["program"] == "ns2vec" and model.bound_sampler().source.steering:
        outcome["report"] = model.bound_sampler().report()
    say(outcome=outcome)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
