"""The extension modules and their compiler flags; everything else is in pyproject.toml.

``NS2VEC_CYTHON_DEBUG=1`` compiles bounds, None and initialisation checks into the kernels.
``CC``, ``CFLAGS`` and ``LDFLAGS`` have their usual meaning for setuptools.
"""

import os
import sys
from glob import glob

from Cython.Build import cythonize
from setuptools import Extension, setup

DEBUG = os.environ.get("NS2VEC_CYTHON_DEBUG", "0") not in ("", "0")

# Not -ffast-math: reassociation splits the fused multiply-adds of the block and breaks NaN checks.
# Not -march=native: the instruction set is chosen at import (ns2vec/_cy/dispatch.c).
FLAGS = ["-O3", "-ffp-contract=fast", "-fno-math-errno", "-fno-trapping-math"]
if not DEBUG:
    FLAGS.append("-g0")  # Python's own flags include -g, which makes a module five times as large

DIRECTIVES = {
    "language_level": 3,
    "embedsignature": True,
    "boundscheck": DEBUG,
    "initializedcheck": DEBUG,
    "nonecheck": DEBUG,
    "wraparound": False,
    "cdivision": True,
}


def extension(name, *folders, c_sources=()):
    """One Cython module, rebuilt when a C source or an included file of `folders` changes."""
    kinds = ("h", "inc", "pxd", "pxi")
    included = [path for folder in folders for kind in kinds for path in glob(f"{folder}/*.{kind}")]
    return Extension(
        name,
        sources=[name.replace(".", "/") + ".pyx", *c_sources],
        depends=sorted(included),
        include_dirs=list(folders),
        extra_compile_args=FLAGS,
        libraries=["m"],
    )


EXTENSIONS = [
    extension("ns2vec._kernels", "ns2vec/_cy", c_sources=sorted(glob("ns2vec/_cy/*.c"))),
    extension("ns2vec.inputs._codes", "ns2vec/inputs"),
    extension("ns2vec.classify._likeliest", "ns2vec/classify"),
    extension("ns2vec.classify._lines", "ns2vec/classify"),
    extension("ns2vec.classify._text", "ns2vec/classify", "ns2vec/inputs", "ns2vec/_cy"),
    extension("ns2vec.corpus._bigrams", "ns2vec/corpus"),
    extension("ns2vec.corpus._scan", "ns2vec/corpus"),
    extension("ns2vec.corpus._sentences", "ns2vec/corpus"),
    extension("ns2vec.evaluation._counts", "ns2vec/evaluation"),
    extension("ns2vec.formats._opcodes", "ns2vec/formats"),
    extension("ns2vec.formats._parse", "ns2vec/formats"),
    extension("ns2vec.graph._walks", "ns2vec/graph", "ns2vec/_cy"),
    extension("ns2vec.inputs._ngrams", "ns2vec/inputs"),
    extension("ns2vec.inputs._rows", "ns2vec/inputs"),
    extension("ns2vec.inputs._words", "ns2vec/inputs"),
    extension("ns2vec.recommend._best", "ns2vec/recommend"),
    extension("ns2vec.recommend._spread", "ns2vec/recommend", "ns2vec/_cy"),
    extension("ns2vec.sampling._aware", "ns2vec/sampling", "ns2vec/_cy"),
    extension("ns2vec.sampling._draws", "ns2vec/sampling", "ns2vec/_cy"),
    extension("ns2vec.similarity._dots", "ns2vec/similarity", "ns2vec/_cy"),
    extension("ns2vec.sklearn._sparse", "ns2vec/sklearn"),
    extension("ns2vec.training.sharded._merge", "ns2vec/training/sharded"),
    extension("ns2vec.training.sharded._parts", "ns2vec/training/sharded"),
    extension("ns2vec.vocab._heap", "ns2vec/vocab"),
]

# Cython's workers must be forked: if spawned, they would run this file again
N_PROCESSES = (os.cpu_count() or 1) if sys.platform == "linux" else 0

# these commands need no C
if sys.argv[1:2] not in (["sdist"], ["egg_info"], ["dist_info"]):
    EXTENSIONS = cythonize(
        EXTENSIONS,
        build_dir="build/cython",
        compiler_directives=DIRECTIVES,
        force=DEBUG,
        nthreads=N_PROCESSES,
    )

setup(
    ext_modules=EXTENSIONS,
    options={"build_ext": {"force": DEBUG, "parallel": os.cpu_count()}},
)
