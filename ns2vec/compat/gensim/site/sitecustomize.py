"""Imported by Python itself at its start; see `ns2vec.compat.gensim.install`."""

import importlib.util
import sys
from importlib.machinery import PathFinder
from pathlib import Path

if __name__ == "sitecustomize":
    here = Path(__file__).parent
    # first run the sitecustomize that this one hides
    others = [path for path in sys.path if path and Path(path).resolve() != here.resolve()]
    spec = PathFinder.find_spec("sitecustomize", others)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))

    from ns2vec.compat.gensim import install

    install()
