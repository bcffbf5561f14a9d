"""Samplers and objectives of another package, found by their entry points in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

PACKAGE = """
import numpy as np
from ns2vec.objectives import OBJECTIVES, Objective
from ns2vec.sampling import SAMPLERS, StaticSampler

class Rarest(StaticSampler):
    name = "rarest"
    def __init__(self, n=2, **options):
        super().__init__(**options)
        self.n = n
    def distribution(self, data):
        return np.argsort(np.argsort(data.counts, kind="stable")) < self.n
    def options(self):
        return {"n": self.n, **super().options()}

class InfoNCE(Objective):
    name, link = "info_nce", "softmax"

@SAMPLERS.entry("registers_itself")
class Itself(Rarest):
    name = "registers_itself"
"""

ENTRY_POINTS = """
[ns2vec.samplers]
rarest = companion:Rarest
registers_itself = companion:Itself
broken = no_such_module:Sampler

[ns2vec.objectives]
info_nce = companion:InfoNCE
"""


@pytest.fixture
def run_with_package(tmp_path, monkeypatch):
    """Return ``run(code) -> output`` in a process that sees a package with entry points."""
    (tmp_path / "companion.py").write_text(PACKAGE)
    info = tmp_path / "companion-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: companion\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    def run(code):
        command = [sys.executable, "-W", "error", "-c", textwrap.dedent(code)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


def test_both_train(run_with_package):
    code = """
        import numpy as np
        from ns2vec import Word2Vec
        from ns2vec.sampling import make_sampler
        sentences = [["a", "b", "c", "d"], ["a", "b", "c"], ["a", "b"]] * 30
        options = dict(min_count=1, vector_size=8, workers=1, sg=1)
        ours = Word2Vec(sentences, **options)
        theirs = Word2Vec(sentences, sampler="rarest:n=3", objective="info_nce", **options)
        q = np.exp(theirs.bound_sampler().log_q(np.arange(4)))
        assert np.allclose(np.sort(q), [0, 1 / 3, 1 / 3, 1 / 3]), q
        assert theirs.syn1neg.any() and not np.array_equal(theirs.wv.vectors, ours.wv.vectors)
        again = make_sampler(make_sampler("rarest:n=3").state_dict())
        print(type(again).__module__, again, theirs._spec.words.__module__)
    """
    assert run_with_package(code) == "companion Rarest(n=3) companion"


def test_a_class_that_registers_itself_when_it_is_loaded(run_with_package):
    code = """
        from ns2vec.sampling import make_sampler
        print(make_sampler("registers_itself:n=1"), make_sampler("rarest"))
    """
    assert run_with_package(code) == "Itself(n=1) Rarest(n=2)"


def test_a_broken_package_harms_no_other_and_is_named_when_asked_for(run_with_package):
    code = """
        from ns2vec.exceptions import ConfigError
        from ns2vec.sampling import make_sampler
        make_sampler("rarest")
        for name in ("broken", "rarst"):
            try:
                make_sampler(name)
            except ConfigError as error:
                print(error)
    """
    broken, unknown = run_with_package(code).splitlines()
    assert broken.startswith(
        "sampler 'broken' cannot be loaded from 'no_such_module:Sampler': No module named"
    )
    assert unknown.startswith("unknown sampler 'rarst': expected one of 'unigram'")
    assert "'broken'" in unknown  # it is installed, after all


def test_the_command_line_trains_with_both(run_with_package, tmp_path):
    (tmp_path / "corpus.txt").write_text("a b c d\na b c\na b\n" * 30)
    code = f"""
        from ns2vec.cli import main
        words = ["train", {str(tmp_path / "corpus.txt")!r}, "-o", {str(tmp_path / "v.txt")!r}, "-q"]
        words += ["--min-count", "1", "--vector-size", "8", "--sampler", "rarest:n=1"]
        raise SystemExit(main([*words, "--objective", "info_nce"]))
    """
    run_with_package(code)
    assert (tmp_path / "v.txt").read_text().startswith("4 8\n")
