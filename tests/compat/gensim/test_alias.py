"""`import gensim` means ns2vec: in this process, in scripts, in child processes, with and without gensim."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from ns2vec.compat.gensim import VERSION, is_installed
from ns2vec.compat.gensim.__main__ import main
from ns2vec.compat.gensim.alias import MODULES

HAS_GENSIM = importlib.util.find_spec("gensim") is not None

# makes the installed gensim invisible, as on a machine without it
WITHOUT_GENSIM = """
import importlib.machinery
seen = importlib.machinery.PathFinder.find_spec
def find_spec(name, *rest):
    return None if name.split(".")[0] == "gensim" else seen(name, *rest)
importlib.machinery.PathFinder.find_spec = staticmethod(find_spec)
import importlib.metadata
"""
INSTALL = "import ns2vec.compat.gensim as compat\ncompat.install()\n"
SCRIPT = """
import json, sys
import gensim
import gensim.models.word2vec
from gensim.models import KeyedVectors, Word2Vec
from gensim.models.callbacks import CallbackAny2Vec
from gensim.models.keyedvectors import Word2VecKeyedVectors
from gensim.models.word2vec import LineSentence
from importlib.metadata import version
assert gensim.models.word2vec.Word2Vec is Word2Vec
model = Word2Vec([["a", "b"], ["b", "c"]] * 20, min_count=1, vector_size=8)
assert isinstance(model.wv, KeyedVectors) and KeyedVectors is Word2VecKeyedVectors
assert "gensim" in str(type(model)) and "gensim" in str(type(model.wv))
assert int(version("gensim").split(".")[0]) >= 4 and version("gensim") == gensim.__version__
import ns2vec
assert isinstance(model, ns2vec.Word2Vec)
print(json.dumps([len(model.wv), sys.argv[1:]]))
"""


def run(code: str, *arguments: str, **options) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=120, **options
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("before", ["", WITHOUT_GENSIM], ids=["as it is", "without gensim"])
def test_the_names(before):
    assert json.loads(run(before + INSTALL + SCRIPT, "x")) == [3, ["x"]]


def test_every_alias_can_be_imported():
    names = json.dumps(sorted(MODULES))
    code = f"""
import importlib
for name in {names}:
    module = importlib.import_module(name)
    assert module.__name__ == name
"""
    run(WITHOUT_GENSIM + INSTALL + code)


def test_the_example_of_gensims_documentation():
    code = """
from gensim.test.utils import common_texts, get_tmpfile
from gensim.models import Word2Vec
path = get_tmpfile("word2vec.model")
model = Word2Vec(sentences=common_texts, vector_size=100, window=5, min_count=1, workers=4)
model.save(path)
model = Word2Vec.load(path)
assert model.train([["hello", "world"]], total_examples=1, epochs=1) == (0, 2)
assert model.wv["computer"].shape == (100,) and model.corpus_total_words == 29
"""
    run(WITHOUT_GENSIM + INSTALL + code)


def test_what_ns2vec_lacks_without_gensim():
    code = """
def message(statement):
    try:
        exec(statement)
    except ImportError as error:
        return str(error)
    raise AssertionError(statement)
statements = ["from gensim.models import LdaModel", "import gensim.corpora", "from gensim import corpora"]
for statement in statements:
    assert "is not part of ns2vec, and gensim is not installed: pip install gensim" in message(statement)
assert "LdaModel" in message("from gensim.models import LdaModel")
assert "cannot import name" in message("from gensim.models.word2vec import Nonsense")
import gensim
assert not hasattr(gensim.models, "LdaModel")
"""
    run(WITHOUT_GENSIM + INSTALL + code)


@pytest.mark.skipif(not HAS_GENSIM, reason="gensim is not installed")
def test_what_ns2vec_lacks_comes_from_gensim():
    code = """
import warnings
warnings.simplefilter("ignore")
from gensim.models import FastText, TfidfModel
import gensim.corpora
import ns2vec
assert FastText is ns2vec.FastText
dictionary = gensim.corpora.Dictionary([["a"], ["b"]])
assert dictionary.token2id == {"a": 0, "b": 1}
assert not TfidfModel.__init__.__module__.startswith("ns2vec")
TfidfModel([[(0, 1)], [(1, 1)]])
"""
    run(INSTALL + code)


@pytest.mark.skipif(not HAS_GENSIM, reason="gensim is not installed")
def test_models_of_the_installed_gensim_are_saved_under_the_alias(tmp_path):
    """Their pickles name classes that mean ns2vec's to everybody else."""
    code = """
import os, sys, warnings
warnings.simplefilter("ignore")
os.chdir(sys.argv[1])
from gensim.corpora import Dictionary
from gensim.models import FastText, TfidfModel, Word2Vec
from gensim.similarities import WmdSimilarity
import ns2vec
sentences = [["a", "b", "c"], ["a", "c"]] * 30
options = {"min_count": 1, "vector_size": 8}
FastText(sentences, bucket=50, **options).save("fasttext")
assert len(FastText.load("fasttext").wv["unseen"]) == 8
dictionary = Dictionary(sentences)
TfidfModel([dictionary.doc2bow(s) for s in sentences]).save("tfidf")
TfidfModel.load("tfidf")
WmdSimilarity(sentences[:3], Word2Vec(sentences, **options).wv).save("wmd")
assert isinstance(WmdSimilarity.load("wmd").wv, ns2vec.KeyedVectors)
model = Word2Vec(sentences, **options)
assert "gensim" in str(type(model)) and "gensim" in str(type(model.wv))
"""
    run(INSTALL + code, str(tmp_path))


@pytest.mark.skipif(not HAS_GENSIM, reason="gensim is not installed")
def test_refused_when_gensim_was_imported_before():
    code = """
import warnings
warnings.simplefilter("ignore")
import gensim
import ns2vec.compat.gensim as compat
try:
    compat.install()
except ImportError as error:
    print(error)
"""
    assert "gensim has already been imported" in run(code)
    assert not is_installed()


@pytest.mark.skipif(not HAS_GENSIM, reason="gensim is not installed")
@pytest.mark.parametrize("install", ["", INSTALL], ids=["beside", "under the alias"])
def test_converters_share_the_matrix(install, tmp_path):
    code = """
import logging, sys, warnings
warnings.simplefilter("ignore")
import numpy as np
import ns2vec
from ns2vec.compat.gensim import from_gensim, to_gensim
sentences = [["a", "b", "c"], ["a", "c"]] * 30
for options in ({}, {"hs": 1, "negative": 0}):
    model = ns2vec.Word2Vec(sentences, min_count=1, vector_size=8, window=3, **options)
    theirs = to_gensim(model)
    assert type(theirs).__module__ == "gensim.models.word2vec" and not isinstance(theirs, ns2vec.Word2Vec)
    assert np.shares_memory(theirs.wv.vectors, model.wv.vectors)
    assert theirs.window == 3 and theirs.corpus_count == 60
    assert theirs.wv.most_similar("a")[0][0] == model.wv.most_similar("a")[0][0]
    back = from_gensim(theirs)
    assert type(back) is ns2vec.Word2Vec and np.shares_memory(back.wv.vectors, model.wv.vectors)
    assert back.window == 3 and back.wv.get_vecattr("a", "count") == 60
    back.train(sentences, total_examples=60, epochs=1)
    own = type(theirs)(sentences, min_count=1, vector_size=8, workers=1, **options)
    own.save(sys.argv[1] + "/saved")
    messages = []
    logging.getLogger("ns2vec.formats.saving").addFilter(lambda record: messages.append(record.getMessage()))
    taken = from_gensim(own)
    assert messages == [], messages
    assert np.array_equal(taken.wv.vectors, own.wv.vectors)
    taken.train(sentences, total_examples=60, epochs=1)
kv = from_gensim(to_gensim(model.wv))
assert type(kv) is ns2vec.KeyedVectors and np.shares_memory(kv.vectors, model.wv.vectors)
for wrong in (from_gensim, to_gensim):
    try:
        wrong([1])
    except ValueError as error:
        assert "expected a Word2Vec or KeyedVectors" in str(error)
    else:
        raise AssertionError(wrong)
"""
    run(install + code, str(tmp_path))


def test_pickles_of_gensim_under_the_alias(tmp_path):
    """What gensim (here: `save_gensim`, in gensim's layout) pickled is unpickled as ns2vec's."""
    code = """
import pickle, sys
import numpy as np
import ns2vec
sentences = [["a", "b", "c"], ["a", "c"]] * 30
kinds = ({}, {"hs": 1, "negative": 0}, {"sg": 1, "null_word": 1})
models = [ns2vec.Word2Vec(sentences, min_count=1, vector_size=8, window=3, **kind) for kind in kinds]
for number, model in enumerate(models):
    model.save_gensim(f"{sys.argv[1]}/model{number}")
    model.wv.save_gensim(f"{sys.argv[1]}/kv{number}")
import ns2vec.compat.gensim as compat
compat.install()
for number, model in enumerate(models):
    with open(f"{sys.argv[1]}/model{number}", "rb") as stream:
        found = pickle.load(stream)
    assert type(found) is ns2vec.Word2Vec and np.array_equal(found.wv.vectors, model.wv.vectors)
    assert found.window == 3 and found.hs == model.hs and len(found.wv.most_similar("a", topn=2)) == 2
    found.build_vocab([["a", "new"]] * 5, update=True)
    assert found.train(sentences, total_examples=60, epochs=1)[1] == 150 and "new" in found.wv
    found.save(f"{sys.argv[1]}/again")
    with open(f"{sys.argv[1]}/kv{number}", "rb") as stream:
        vectors = pickle.load(stream)
    assert type(vectors) is ns2vec.KeyedVectors and np.array_equal(vectors.vectors, model.wv.vectors)
    vectors.save(f"{sys.argv[1]}/again")
"""
    run(code, str(tmp_path))


def test_documents_under_the_alias(tmp_path):
    """Classes are the same by every name, and pickles of both libraries become models of ns2vec's."""
    code = """
import pickle, sys
import gensim, ns2vec
from gensim.models.doc2vec import Doc2Vec, TaggedDocument
assert gensim.models.Doc2Vec is Doc2Vec is ns2vec.Doc2Vec and "gensim" in str(Doc2Vec)
model = Doc2Vec([TaggedDocument(["a", "b"], [0, "x"])] * 9, min_count=1, vector_size=4, workers=1)
model.save_gensim(sys.argv[1])
with open(sys.argv[1], "rb") as stream:
    for found in (pickle.load(stream), pickle.loads(pickle.dumps(model))):
        assert type(found) is Doc2Vec and (found.dv["x"] == model.dv["x"]).all()
        assert (found.infer_vector(["a"]) == model.infer_vector(["a"])).all()
"""
    run(INSTALL + code, str(tmp_path / "model"))


def test_a_script_and_its_children(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        SCRIPT
        + "import helper, subprocess\n"
        + "out = subprocess.run([sys.executable, '-c', 'import gensim; print(gensim.models.Word2Vec)'],\n"
        + "                     capture_output=True, text=True, check=True).stdout\n"
        + "import multiprocessing\n"
        + "print(out.strip(), helper.NUMBER)\n"
    )
    (tmp_path / "helper.py").write_text("NUMBER = 7\n")
    done = subprocess.run(
        [sys.executable, "-m", "ns2vec.compat.gensim", str(script), "one", "--two"],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert json.loads(first) == [3, ["one", "--two"]]
    assert second == "<class 'gensim.models.word2vec.Word2Vec'> 7"


def test_spawned_processes_get_models(tmp_path):
    script = tmp_path / "spawn.py"
    script.write_text("""
import multiprocessing
from gensim.models import Word2Vec

def nearest(model):
    return str(type(model)), len(model.wv)

if __name__ == "__main__":
    model = Word2Vec([["a", "b"]] * 20, min_count=1, vector_size=4)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.apply(nearest, (model,)))
""")
    done = subprocess.run(
        [sys.executable, "-m", "ns2vec.compat.gensim", str(script)],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "(\"<class 'gensim.models.word2vec.Word2Vec'>\", 2)"


def test_another_sitecustomize_is_not_lost(tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import builtins\nbuiltins.MARK = 5\n")
    site = Path(sys.modules["ns2vec.compat.gensim"].__file__).parent / "site"
    root = str(site.parents[3])
    code = "import gensim; print(MARK, gensim.models.Word2Vec.__module__)"
    out = run(code, env={"PYTHONPATH": f"{site}:{tmp_path}:{root}", "PATH": "/usr/bin:/bin"})
    assert out.strip() == "5 gensim.models.word2vec"


def test_modules_and_scripts_of_gensim(tmp_path):
    glove = tmp_path / "glove.txt"
    glove.write_text("a 1 2\nb 3 4\n")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "ns2vec.compat.gensim", "-m", "gensim.scripts.glove2word2vec",
         "-i", str(glove), "-o", str(tmp_path / "out.txt")],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out.txt").read_text() == "2 2\na 1 2\nb 3 4\n"


PROGRAMS = {
    "gensim.scripts.word2vec_standalone": "-train",
    "gensim.models.word2vec": "-train",
    "gensim.downloader": "--download",
    "gensim.scripts.word2vec2tensor": "--binary",
    "gensim.scripts.package_info": "NumPy",
}


CHILDREN = f"""
import json, subprocess, sys
import ns2vec.compat.gensim as compat
compat.install(children=True)
done = [
    subprocess.run([sys.executable, "-m", name, "-h"], capture_output=True, text=True)
    for name in {[*PROGRAMS]}
]
print(json.dumps([[one.returncode, one.stdout, one.stderr] for one in done]))
"""


@pytest.fixture(scope="module")
def of_children():
    """What each program says in a child process, where Python itself asks the alias for the code."""
    return dict(zip(PROGRAMS, json.loads(run(CHILDREN)), strict=True))


@pytest.mark.parametrize("name", PROGRAMS)
def test_modules_that_are_programs(of_children, name):
    """By the runner, and in a child process."""
    command = [sys.executable, "-m", "ns2vec.compat.gensim", "-m", name, "-h"]
    by_runner = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert by_runner.returncode == 0, by_runner.stderr
    assert PROGRAMS[name] in by_runner.stdout
    code, said, error = of_children[name]
    assert code == 0, error
    assert said == by_runner.stdout


@pytest.mark.skipif(not HAS_GENSIM, reason="gensim is not installed")
def test_programs_of_the_installed_gensim():
    program = ["-m", "ns2vec.compat.gensim", "-m", "gensim.scripts.segment_wiki", "-h"]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", *program],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "usage" in done.stdout


def test_usage(capsys):
    assert main([]) == 2
    assert main(["-m"]) == 2
    assert "usage" in capsys.readouterr().err
    assert main(["--help"]) == 0
    assert "usage" in capsys.readouterr().out
    assert not is_installed()
    assert VERSION.startswith("4.")
