"""The rows of the table: what is run, what it is compared with, and its targets.

`must` and `aim` are ratios, except for the shares of threads and of the peak, which are fractions of one.
Those of training apply to AVX-512, and for one row to AVX2 (`Row.isa`); on a processor without it, the row
says which instruction set the processor has.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

__all__ = ["ROWS", "Arm", "Row", "rows_of"]


@dataclass(frozen=True)
class Arm:
    """One program in one mode.

    Attributes
    ----------
    name : str
        Key in the JSON.
    program : str
        ``ns2vec`` or a peer (`benchmarks.programs.TRAINERS`).
    parameters : dict
        Differences from `benchmarks.shared.PARAMETERS`.
    job : dict
        Other keys of the job: ``input``, ``environment``, ``save``, ``batched`` ...
    """

    name: str
    program: str
    parameters: dict[str, Any] = field(default_factory=dict)
    job: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One row.

    Attributes
    ----------
    name : str
    command : str
        The subcommand that measures it.
    what, against : str
        As written in the table.
    kind : str
        How the arms are combined into one value (`benchmarks.summary.KINDS`).
    arms : tuple of Arm
        Run in turn in every round. Of several peers, the fastest counts, and after the first round only
        that one is run.
    must, aim : float or None
        None: for information.
    quality : str or None
        Variant of `benchmarks.shared.VARIANTS` whose scores are shown next to it.
    isa : str or None
        Instruction set to which the targets apply; None: any.
    """

    name: str
    command: str
    what: str
    against: str
    kind: str
    arms: tuple[Arm, ...]
    must: float | None = None
    aim: float | None = None
    quality: str | None = None
    isa: str | None = None


def ours(name: str = "ns2vec", /, environment: dict[str, str] | None = None, **parameters: Any) -> Arm:
    """An arm of ns2vec that trains from a file, on one thread by default."""
    return Arm(name, "ns2vec", {"workers": 1, **parameters}, {"environment": environment or {}})


def peer(program: str = "gensim", **parameters: Any) -> Arm:
    """An arm of a peer that trains from a file, on one thread by default."""
    return Arm(program, program, {"workers": 1, **parameters})


def pair(task: str, **job: Any) -> tuple[Arm, Arm]:
    """Ns2vec and gensim with the same job."""
    both = {"task": task, **job}
    return Arm("ns2vec", "ns2vec", {}, both), Arm("gensim", "gensim", {}, both)


def with_job(arm: Arm, **job: Any) -> Arm:
    """The arm with additional keys in its job."""
    return Arm(arm.name, arm.program, arm.parameters, {**arm.job, **job})


GENSIM = "gensim corpus_file, 1 worker"
TRAINING = [
    Row("sg", "train", "skip-gram, 1 thread", GENSIM, "training", (ours(), peer()), 13, 20, "sg-window"),
    Row("sg-avx2", "train", "skip-gram, 1 thread, AVX2 only", GENSIM, "training",
        (ours(environment={"NS2VEC_ISA": "avx2"}), peer()), 8, 11, "sg-window"),
    Row("sg-pair", "train", 'skip-gram `negative_sharing="pair"`, 1 thread', GENSIM, "training",
        (ours(negative_sharing="pair"), peer()), 3.5, 5, "sg-pair"),
    Row("sg-300", "train", "skip-gram d=300, 1 thread", "the same at d=300", "training",
        (ours(vector_size=300), peer(vector_size=300)), 9, 14),
    Row("cbow", "train", "CBOW, 1 thread", "gensim CBOW corpus_file, 1 worker", "training",
        (ours(sg=0), peer(sg=0)), 5, 8, "cbow"),
    Row("hs", "train", "skip-gram, hierarchical softmax, 1 thread", "gensim hs=1, negative=0", "training",
        (ours(hs=1, negative=0), peer(hs=1, negative=0)), 3.5, 5, "hs"),
    Row("fasttext", "train", "skip-gram, 1 thread", "fastText -maxn 0", "training",
        (ours(), peer("fasttext")), 25, 35),
    Row("floret", "train", "skip-gram, 1 thread", "floret -maxn 0", "training", (ours(), peer("floret"))),
    Row("word2vec.c", "train", "skip-gram, 1 thread", "word2vec.c", "training", (ours(), peer("word2vec.c"))),
    Row("threads-sg", "train", "skip-gram, 2 threads / 1 thread", "FMA peak, 2 threads / 1 thread", "threads",
        (ours("1 thread"), ours("2 threads", workers=2)), 0.92, 0.98),
    Row("threads-cbow", "train", "CBOW, 2 threads / 1 thread", "FMA peak, 2 threads / 1 thread", "threads",
        (ours("1 thread", sg=0), ours("2 threads", sg=0, workers=2)), 0.92, 0.98),
    Row("lists", "train", "skip-gram from Python lists of tokens, 2 threads", "gensim on the same lists",
        "training",
        tuple(with_job(arm, input="lists") for arm in (ours(workers=2), peer(workers=2))), 5, 8),
    Row("file", "train", "file to saved vectors, 5 epochs, 2 threads", "gensim, its fastest mode", "wall",
        (with_job(ours(workers=2), save=True),
         Arm("gensim corpus_file", "gensim", {"workers": 2}, {"save": True}),
         Arm("gensim LineSentence", "gensim", {"workers": 2}, {"save": True, "input": "sentences"})), 12, 18,
        "sg-window"),
    Row("fma", "train", "FMA use, skip-gram d=300, 1 thread", "peak of the hardware", "fma",
        (ours(vector_size=300),), 0.35, 0.55),
]  # fmt: skip
OTHERS = [
    Row("vocab", "vocab", "vocabulary and encoding of the file, 2 threads", "gensim build_vocab", "seconds",
        tuple(Arm(arm.name, arm.program, {"workers": 2}, arm.job) for arm in pair("vocab")), 5, 10),
    Row("load-binary", "load", "load 400,000 x 300 word2vec binary", "gensim", "seconds",
        pair("load", vectors="random", binary=True), 4, 6),
    Row("load-text", "load", "load 400,000 x 300 word2vec text", "gensim", "seconds",
        pair("load", vectors="random", binary=False), 12, 25),
    Row("query-batched", "query", "1,000 queries on 150,000 x 100, batched", "gensim one by one", "seconds",
        (Arm("ns2vec", "ns2vec", {}, {"task": "query", "vectors": "trained", "batched": True}),
         Arm("gensim", "gensim", {}, {"task": "query", "vectors": "trained", "batched": False})), 5, 8),
    Row("query-single", "query", "1,000 queries on 150,000 x 100, one by one", "gensim one by one", "seconds",
        pair("query", vectors="trained", batched=False), 1.3, 2),
    Row("analogies", "evaluate", "google analogies, 150,000 words", "gensim, same restrict_vocab", "seconds",
        pair("analogies", vectors="trained"), 12, 30),
]  # fmt: skip
ANY_ISA = ("sg-avx2", "threads-sg", "threads-cbow", "fma")  # the last three: shares of the same hardware
TRAINING = [row if row.name in ANY_ISA else replace(row, isa="avx512") for row in TRAINING]
ROWS = {row.name: row for row in [*TRAINING, *OTHERS]}


def rows_of(command: str, names: list[str] | None = None) -> list[Row]:
    """The rows that `command` measures ("all": every row), or only the named ones."""
    return [
        row
        for row in ROWS.values()
        if command in ("all", row.command) and (names is None or row.name in names)
    ]
