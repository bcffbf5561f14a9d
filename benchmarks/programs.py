"""The programs that train, each as one function: the same text, the same settings.

fastText, floret and word2vec.c do everything from a file to trained vectors in one call, so they report
one time; gensim and ns2vec report vocabulary and training separately.
"""

from __future__ import annotations

import importlib.metadata
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Say = Callable[..., None]


def word2vec_class(program: str) -> Any:
    """The class to measure: gensim's or ours."""
    if program == "gensim":
        from gensim.models import Word2Vec
    else:
        from ns2vec.word2vec import Word2Vec
    return Word2Vec


def build_facts(program: str) -> dict[str, Any]:
    """Version and, for ns2vec, instruction set and compiler."""
    if program != "ns2vec":
        name = "word2vec" if program == "word2vec.c" else program
        return {"version": importlib.metadata.version(name)}
    import ns2vec

    return dict(ns2vec.build_info())


def text_of(job: dict[str, Any]) -> dict[str, Any]:
    """The input of build_vocab() and train(); lists of tokens are made here, before the timing starts."""
    if job["input"] == "sentences":
        from gensim.models.word2vec import LineSentence

        return {"corpus_iterable": LineSentence(job["corpus"])}
    if job["input"] == "lists":
        with open(job["corpus"], encoding="utf-8", errors="ignore") as lines:
            return {"corpus_iterable": [line.split() for line in lines]}
    return {"corpus_file": job["corpus"]}


def make_model(job: dict[str, Any]) -> Any:
    """An untrained model of gensim or ns2vec."""
    parameters = dict(job["parameters"])
    if "sampler" in parameters:
        from benchmarks.called_samplers import make

        parameters["sampler"] = make(parameters["sampler"])
    return word2vec_class(job["program"])(**parameters)


def vocabulary(job: dict[str, Any], say: Say) -> dict[str, Any]:
    """Count the words; ns2vec also encodes the text."""
    model, text = make_model(job), text_of(job)
    say(phase="build_vocab")
    started = time.perf_counter()
    model.build_vocab(**text)
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "n_types": len(model.wv.index_to_key), "build": build_facts(job["program"])}


def examine(model: Any, job: dict[str, Any], outcome: dict[str, Any], say: Say) -> None:
    """Add the requested figures of the trained model: scores, loss on held-out text, the sampler's report."""
    if job.get("data"):
        from benchmarks.shared import protocol

        say(phase="evaluate")
        outcome["scores"] = protocol.evaluate(model.wv, job["data"]).scores()
    if job.get("held_out"):
        from benchmarks.held_out import held_out_loss

        outcome["held_out_loss"] = held_out_loss(model, Path(job["held_out"]))
    if "sampler" in job["parameters"] and model.bound_sampler().source.steering:
        outcome["report"] = model.bound_sampler().report()


def train_model(job: dict[str, Any], say: Say) -> dict[str, Any]:
    """Train with gensim or ns2vec; ``save`` writes the vectors, ``data`` evaluates them."""
    model, text = make_model(job), text_of(job)
    say(phase="build_vocab")
    started = time.perf_counter()
    model.build_vocab(**text)
    built, busy = time.perf_counter(), time.process_time()
    say(phase="train")
    model.train(
        **text,
        total_examples=model.corpus_count,
        total_words=model.corpus_total_words,
        epochs=model.epochs,
    )
    trained, busy = time.perf_counter(), time.process_time() - busy
    if job.get("save"):
        say(phase="save")
        with tempfile.TemporaryDirectory() as folder:
            model.wv.save_word2vec_format(str(Path(folder) / "vectors.bin"), binary=True)
    ended = time.perf_counter()
    n_words = sum(int(model.wv.get_vecattr(key, "count")) for key in model.wv.index_to_key)
    n_rows, vector_size = model.wv.vectors.shape
    outcome = {
        "seconds": ended - started,
        "vocab_seconds": built - started,
        "train_seconds": trained - built,
        "n_words": n_words,
        "words_per_second": n_words * model.epochs / (trained - built),
        "words_per_cpu_second": n_words * model.epochs / busy,
        "n_types": n_rows,
        "model_bytes": 2 * 4 * n_rows * vector_size,
        "build": build_facts(job["program"]),
    }
    examine(model, job, outcome, say)
    return outcome


def train_fasttext(job: dict[str, Any], say: Say) -> dict[str, Any]:
    """Train with fastText or floret, without n-grams (``-maxn 0``)."""
    name = job["program"]
    module = importlib.import_module(name)
    given = job["parameters"]
    options = {
        "model": "skipgram" if given["sg"] else "cbow",
        "loss": "hs" if given["hs"] else "ns",
        "lr": given["alpha"],
        "dim": given["vector_size"],
        "ws": given["window"],
        "neg": given["negative"],
        "t": given["sample"],
        "minCount": given["min_count"],
        "epoch": given["epochs"],
        "thread": given["workers"],
        "minn": 0,
        "maxn": 0,
        "verbose": 0,
    }
    say(phase="train")
    started = time.perf_counter()
    module.train_unsupervised(job["corpus"], **options)
    return {"seconds": time.perf_counter() - started, "build": build_facts(name)}


def train_word2vec_c(job: dict[str, Any], say: Say) -> dict[str, Any]:
    """Train with word2vec.c, as built by the package `word2vec`; it always writes its vectors."""
    import word2vec

    given = job["parameters"]
    with tempfile.TemporaryDirectory() as folder:
        say(phase="train")
        started = time.perf_counter()
        word2vec.word2vec(
            job["corpus"],
            os.path.join(folder, "vectors.bin"),
            size=given["vector_size"],
            window=given["window"],
            sample=given["sample"],
            hs=given["hs"],
            negative=given["negative"],
            threads=given["workers"],
            iter_=given["epochs"],
            min_count=given["min_count"],
            alpha=given["alpha"],
            cbow=1 - given["sg"],
            binary=1,
            verbose=False,
        )
        seconds = time.perf_counter() - started
        if not os.path.exists(os.path.join(folder, "vectors.bin")):
            raise ImportError("the package word2vec is there, but its program wrote no vectors")
    return {"seconds": seconds, "build": build_facts("word2vec.c")}


TRAINERS: dict[str, Callable[[dict[str, Any], Say], dict[str, Any]]] = {
    "ns2vec": train_model,
    "gensim": train_model,
    "fasttext": train_fasttext,
    "floret": train_fasttext,
    "word2vec.c": train_word2vec_c,
}


def train(job: dict[str, Any], say: Say) -> dict[str, Any]:
    """Train with the job's program."""
    return TRAINERS[job["program"]](job, say)
