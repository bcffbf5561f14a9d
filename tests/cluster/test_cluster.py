"""The door to a cluster, without one."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from ns2vec.cli.train import NAME
from ns2vec.cluster import Ray, dataset_parts
from ns2vec.exceptions import ConfigError


def test_without_ray_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    for call in (lambda: Ray(workers=2), lambda: dataset_parts(None)):
        with pytest.raises(ImportError, match=r"needs the ray package: pip install 'ns2vec\[ray\]'"):
            call()


def test_importing_ns2vec_imports_nothing_of_a_cluster():
    code = "import sys, ns2vec, ns2vec.training; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not {"ray", "ns2vec.cluster", "smart_open"} & set(loaded.split())


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"workers": 0}, "workers must be a whole number of at least 1"),
        ({"wire": "int8"}, "wire must be one of"),
    ],
)
def test_options_are_checked_at_the_door(options, problem):
    with pytest.raises(ConfigError, match=problem):
        Ray(**options)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--cluster", "ray"], "a cluster trains shards: say how many with --shards"),
        (["--cluster", "moon", "--shards", "4"], "--cluster must be local, ray or an address"),
        (["--wire", "bfloat16"], "--wire is for a cluster: add --cluster ray"),
    ],
)
def test_the_command_says_what_does_not_go_together(options, problem, tmp_path, capsys):
    corpus = tmp_path / "text.txt"
    corpus.write_text("a b\n")
    cli = importlib.import_module("ns2vec.cli")
    assert cli.main([NAME, str(corpus), "--output", str(tmp_path / "v.txt"), *options]) == 2
    assert problem in capsys.readouterr().err
