"""What fuzzing found is read or refused now; so are the files that fuzzing begins with."""

from __future__ import annotations

import importlib.util
import sys

import pytest


@pytest.fixture(scope="module")
def targets(request):
    path = request.config.rootpath / "fuzz" / "targets.py"
    spec = importlib.util.spec_from_file_location("ns2vec_fuzz_targets", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    module.forget()


def test_every_target_takes_its_seeds_and_changed_ones(targets):
    for name, target in targets.TARGETS.items():
        for content in targets.seeds(name):
            target(content)
            for place in range(0, len(content), max(1, len(content) // 97)):
                target(content[:place] + b"\xff" + content[place + 1 :])
                target(content[:place])


def test_cases(targets, request):
    folder = request.config.rootpath / "fuzz" / "cases"
    for path in sorted(folder.glob("*/*")):
        targets.TARGETS[path.parent.name](path.read_bytes())
