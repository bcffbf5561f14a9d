"""Check that trained weights are, to the byte, those of the commit before the redesign, by the same compiler.

``python tests/deep/trained_bytes.py FOLDER`` compares with a build in place in FOLDER (a git worktree).
"""

from __future__ import annotations

import itertools
import json
import sys
from pathlib import Path
from typing import Any

from workbench import ROOT, build, outcome, run

COMMIT = "e9addc5"  # the last one before architectures were split into units, readers and targets

ARCHITECTURES: dict[str, dict[str, Any]] = {"skip-gram": {"sg": 1}, "cbow": {"sg": 0}}
KINDS: dict[str, dict[str, Any]] = {
    "negative_sampling": {},
    "pair": {"negative_sharing": "pair"},
    "hs": {"hs": 1, "negative": 0},
    "hs + negatives": {"hs": 1},
    "softmax": {"objective": "softmax"},
    "nce": {"objective": "nce"},
    "sampled_softmax": {"objective": "sampled_softmax"},
    "mixed": {"sampler": "mixed:unigram=0.8,uniform=0.2"},
    "dynamic": {"sampler": "dynamic"},
    "cached": {"sampler": "cached"},
    "adaptive": {"sampler": "adaptive"},
    "batch": {"sampler": "batch:size=64"},
}
BACKENDS = ("fused", "blas")

# Runs in a separate process, since a process can import only one build of ns2vec.
TRAIN = """
import hashlib, json, logging, sys
import numpy as np
from ns2vec import Word2Vec

logging.disable(logging.CRITICAL)
rng = np.random.default_rng(7)
share = 1.0 / np.arange(1, 181)
sentences = [
    [f"w{i}" for i in rng.choice(180, size=rng.integers(1, 40), p=share / share.sum())] for _ in range(250)
]
digests = {}
for name, options in json.loads(sys.argv[1]).items():
    made = Word2Vec(
        sentences, vector_size=40, min_count=2, sample=1e-2, workers=1, seed=3, epochs=2, batch_words=1500,
        **options,
    )
    arrays = (made.wv.vectors, getattr(made, "syn1neg", None), getattr(made, "syn1", None))
    digests[name] = [
        None if array is None else hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()
        for array in arrays
    ]
print(json.dumps(digests))
"""


def cases() -> dict[str, dict[str, Any]]:
    """Return the options of each training run, by name."""
    found = {}
    for (architecture, sg), (kind, options), backend in itertools.product(
        ARCHITECTURES.items(), KINDS.items(), BACKENDS
    ):
        found[f"{architecture}, {kind}, {backend}"] = {**sg, **options, "backend": backend}
    return found


def digests_of(folder: Path, isa: str) -> dict[str, list[str | None]]:
    """Return sha256 of wv.vectors, syn1neg and syn1 of each training run by the build in a folder."""
    code, output, _ = run(
        [sys.executable, "-W", "ignore", "-c", TRAIN, json.dumps(cases())],
        folder,
        {"PYTHONPATH": str(folder), "NS2VEC_ISA": isa},
    )
    if code:
        raise RuntimeError(f"{folder}: {output[-2000:]}")
    digests: dict[str, list[str | None]] = json.loads(output.splitlines()[-1])
    return digests


def compare(folder: Path, isa: str) -> dict[str, Any]:
    """Return one row: the training runs whose bytes differ between this checkout and a folder."""
    expected, found = digests_of(folder, isa), digests_of(ROOT, isa)
    differing = [name for name in expected if found[name] != expected[name]]
    summary = f"{len(expected) - len(differing)} of {len(expected)} trainings are equal to the byte"
    return {"passed": not differing, "summary": summary, "differing": differing}


def isas(folder: Path) -> list[str]:
    """Return the instruction sets that this processor has."""
    code = "from ns2vec import _kernels; print(*_kernels.list_isas())"
    return run([sys.executable, "-c", code], folder, {"PYTHONPATH": str(folder)})[1].split()


def check(folder: Path) -> dict[str, Any]:
    """Return one row per instruction set."""
    target = folder / "before"
    made = outcome(*run(["git", "worktree", "add", "--detach", target, COMMIT], ROOT))
    if not made["passed"]:
        return {f"checkout of {COMMIT}": made}
    try:
        built = outcome(*build(target, {}))
        if not built["passed"]:
            return {f"build of {COMMIT}": built}
        return {isa: compare(target, isa) for isa in isas(ROOT)}
    finally:
        run(["git", "worktree", "remove", "--force", target], ROOT)


if __name__ == "__main__":
    before = Path(sys.argv[1]).resolve()
    rows = {isa: compare(before, isa) for isa in isas(ROOT)}
    for name, row in rows.items():
        sys.stdout.write(f"{name}: {row['summary']} {row['differing'] or ''}\n")
    sys.exit(0 if all(row["passed"] for row in rows.values()) else 1)
