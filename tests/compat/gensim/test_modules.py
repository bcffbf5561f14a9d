"""The modules around word vectors: utilities, downloader, the annoy index, scripts."""

from __future__ import annotations

import gzip
import hashlib
import json
import pickle
import sys
import warnings

import numpy as np
import pytest

from ns2vec import KeyedVectors, Word2Vec
from ns2vec.compat.gensim.modules import (
    annoy,
    downloader,
    glove2word2vec,
    keyedvectors,
    package_info,
    utils,
    word2vec2tensor,
    word2vec_corpusfile,
    word2vec_standalone,
)
from ns2vec.exceptions import ConfigError, FormatError

TEXTS = ["Šéf chomutovských komunistů", "A café in Paris_x, No. 5 _hidden", "", "straße Ⅷ don't", "日本 語"]


@pytest.fixture(scope="module")
def theirs():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("gensim.utils", reason="gensim is not installed")


# ---- utils ------------------------------------------------------------------------------------------


@pytest.mark.parity
@pytest.mark.parametrize("text", TEXTS)
def test_texts_as_in_gensim(theirs, text):
    for ours, gensims in (
        (utils.deaccent(text), theirs.deaccent(text)),
        (utils.simple_preprocess(text), theirs.simple_preprocess(text)),
        (
            utils.simple_preprocess(text, deacc=True, min_len=1),
            theirs.simple_preprocess(text, deacc=True, min_len=1),
        ),
        (list(utils.tokenize(text, lowercase=True)), list(theirs.tokenize(text, lowercase=True))),
        (utils.to_utf8(text), theirs.to_utf8(text)),
        (utils.to_unicode(text.encode("utf8")), text),
    ):
        assert ours == gensims


@pytest.mark.parity
def test_vocabularies_as_in_gensim(theirs):
    counts = {"a": 5, "b": 2, "c": 2, "d": 1}
    for arguments in ((2,), (6,), (2, lambda word, count, least: 2 if word == "d" else 0)):
        ours, gensims = dict(counts), dict(counts)
        assert utils.prune_vocab(ours, *arguments) == theirs.prune_vocab(gensims, *arguments)
        assert ours == gensims
    for topk in (1, 2, 3, 9):
        ours, gensims = dict(counts), dict(counts)
        utils.trim_vocab_by_freq(ours, topk)
        theirs.trim_vocab_by_freq(gensims, topk)
        assert ours == gensims
    assert utils.merge_counts({"a": 1}, {"a": 2, "b": 3}) == theirs.merge_counts({"a": 1}, {"a": 2, "b": 3})


@pytest.mark.parity
def test_iterables_as_in_gensim(theirs):
    corpus = [[1], [2], [3]]
    for module in (utils, theirs):
        assert list(module.RepeatCorpus(corpus, 5)) == [[1], [2], [3], [1], [2]]
        assert list(module.RepeatCorpusNTimes(corpus, 2)) == corpus * 2
        assert list(module.ClippedCorpus(corpus, 2)) == corpus[:2]
        assert len(module.ClippedCorpus(corpus, 2)) == 2
        assert list(module.grouper(range(5), 2)) == [[0, 1], [2, 3], [4]]
        assert list(module.flatten([[1, [2, "ab"]], 3])) == [1, 2, "ab", 3]
        assert [module.effective_n_jobs(n) for n in (None, 3)] == [1, 3]
        with pytest.raises(ValueError, match="n_jobs"):
            module.effective_n_jobs(0)
        with pytest.raises(AttributeError, match="should be called on a class"):
            module.call_on_class_only()


def test_the_rest_of_utils(tmp_path):
    utils.save_as_line_sentence([["a", "ü"], ["b"]], tmp_path / "lines.gz")
    with utils.open(str(tmp_path / "lines.gz"), encoding="utf8") as lines:
        assert lines.read() == "a ü\nb\n"

    @utils.deprecated("use another")
    def old():
        return 1

    with pytest.warns(DeprecationWarning, match=r"Call to deprecated `old` \(use another\)"):
        assert old() == 1
    with utils.ignore_deprecation_warning():
        old()
    assert utils.identity(3) == 3
    assert utils.effective_n_jobs(-1) >= 1


def test_helpers_of_keyedvectors():
    of_one = keyedvectors.pseudorandom_weak_vector(4, "x", hashfxn=len)  # gensim's numbers
    assert of_one.tolist() == pytest.approx([0.12390501, -0.03197008, -0.01770431, 0.06614833])
    first = keyedvectors.pseudorandom_weak_vector(8, "word", hashfxn=len)
    assert np.array_equal(first, keyedvectors.pseudorandom_weak_vector(8, "four", hashfxn=len))
    assert first.dtype == np.float32
    assert np.abs(first).max() <= 1 / 16
    grown = keyedvectors.prep_vectors((3, 2), prior_vectors=np.ones((2, 2), dtype=np.float32))
    assert grown[:2].tolist() == [[1, 1], [1, 1]]
    assert keyedvectors._ensure_list("a") == ["a"]
    assert keyedvectors._ensure_list(None) == []
    assert keyedvectors.Vocab(count=1) < keyedvectors.Vocab(count=2)


@pytest.mark.parametrize("size", [5, 16, 1024])
def test_word2vec_files_by_the_private_name(tmp_path, size):
    kv = vectors()
    kv.save_word2vec_format(tmp_path / "v.bin", binary=True)
    found = keyedvectors._load_word2vec_format(
        cls=KeyedVectors, fname=tmp_path / "v.bin", binary=True, binary_chunk_size=size
    )
    assert found.index_to_key == kv.index_to_key


# ---- downloader -------------------------------------------------------------------------------------


def vectors() -> KeyedVectors:
    kv = KeyedVectors(3)
    kv.add_vectors(["a", "b"], np.arange(6, dtype=np.float32).reshape(2, 3))
    return kv


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A list of data sets and their files, under file:// addresses."""
    files, entries = tmp_path / "server", {"corpora": {}, "models": {}}

    def offer(kind: str, name: str, content: bytes, n_parts: int = 1, **options) -> None:
        packed = gzip.compress(content, mtime=0)
        step = -(-len(packed) // n_parts)
        entry = {"parts": n_parts, **options}
        for part in range(n_parts):
            piece = packed[part * step : (part + 1) * step]
            path = files / name / (f"{name}.gz" + (f"_{part:02d}" if n_parts > 1 else ""))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(piece)
            entry["checksum" if n_parts == 1 else f"checksum-{part}"] = hashlib.md5(piece).hexdigest()
            (path.parent / "__init__.py").write_text("raise SystemExit('executed')")
        entries[kind][name] = entry
        (tmp_path / "list.json").write_text(json.dumps(entries))

    monkeypatch.setattr(downloader, "LIST_URL", (tmp_path / "list.json").as_uri())
    monkeypatch.setattr(downloader, "FILES_URL", files.as_uri())
    monkeypatch.setattr(downloader, "BASE_DIR", str(tmp_path / "data"))
    return offer


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("n_parts", [1, 3])
def test_vectors_are_fetched(tmp_path, server, binary, n_parts):
    vectors().save_word2vec_format(tmp_path / "v", binary=binary)
    server("models", "glove-tiny", (tmp_path / "v").read_bytes(), n_parts)
    found = downloader.load("glove-tiny")
    assert np.array_equal(found["b"], [3, 4, 5])
    (tmp_path / "list.json").unlink()  # what is there is not fetched again
    assert downloader.load("glove-tiny", return_path=True).endswith("glove-tiny.gz")


def test_documents_are_fetched(server):
    server("corpora", "wiki", b'{"title": "a"}\n{"title": "b"}\n')
    documents = downloader.load("wiki")
    assert [entry["title"] for entry in documents] * 2 == [
        entry["title"] for entry in [*documents, *documents]
    ]
    server("corpora", "text8", b"some words " * 100)
    assert next(iter(downloader.load("text8")))[:2] == ["some", "words"]


def test_what_there_is(server):
    server("models", "new", b"x", latest=True)
    server("models", "old", b"x", latest=False)
    assert downloader.info(name_only=True) == {"corpora": [], "models": ["new"]}
    assert set(downloader.info(show_only_latest=False)["models"]) == {"new", "old"}
    assert downloader.info("old")["parts"] == 1
    with pytest.raises(ConfigError, match="unknown data set 'none'"):
        downloader.info("none")


def test_the_downloader_is_a_program(tmp_path, server, capsys):
    server("models", "__testing_v", b"1 1\na 1\n")
    assert downloader.main(["-i", "__testing_v"]) == 0
    assert json.loads(capsys.readouterr().out)["parts"] == 1
    assert downloader.main(["--info", "full"]) == 0
    assert list(json.loads(capsys.readouterr().out)["models"]) == ["__testing_v"]
    assert downloader.main(["-d", "__testing_v"]) == 0
    assert (tmp_path / "data" / "__testing_v" / "__testing_v.gz").exists()
    assert capsys.readouterr().out == ""
    with pytest.raises(SystemExit):
        downloader.main([])


def test_damage_and_odd_names(tmp_path, server):
    server("models", "v", b"1 1\na 1\n")
    (tmp_path / "server" / "v" / "v.gz").write_bytes(b"tampered")
    with pytest.raises(FormatError, match="checksum"):
        downloader.load("v")
    assert not (tmp_path / "data" / "v" / "v.gz").exists()
    for name in ("../v", "a/b", "", "."):
        with pytest.raises(ConfigError, match="name of a data set"):
            downloader.load(name)


# ---- annoy ------------------------------------------------------------------------------------------


def test_annoy(tmp_path):
    pytest.importorskip("annoy", reason="annoy is not installed")
    sentences = [[f"w{i}", f"w{i + 1}"] for i in range(30)] * 20
    model = Word2Vec(sentences, min_count=1, vector_size=8, epochs=5)
    for source in (model, model.wv):
        index = annoy.AnnoyIndexer(source, 20)
        approximate = model.wv.most_similar("w3", topn=4, indexer=index)
        assert approximate[0] == ("w3", pytest.approx(1.0, abs=1e-3))
        for key, cosine in approximate:
            assert cosine == pytest.approx(float(model.wv.similarity("w3", key)), abs=1e-5)
        assert {key for key, _ in approximate[1:]} == {key for key, _ in model.wv.most_similar("w3", topn=3)}
    index.save(tmp_path / "index")
    loaded = annoy.AnnoyIndexer()
    loaded.load(tmp_path / "index")
    vector = model.wv.get_vector("w3", norm=True)
    assert loaded.most_similar(vector, 3) == index.most_similar(vector, 3)
    keys = {"f": 8, "num_trees": 20, "labels": model.wv.index_to_key}  # what gensim pickles
    (tmp_path / "index.dict").write_bytes(pickle.dumps(keys, 4))
    loaded.load(tmp_path / "index")
    assert loaded.most_similar(vector, 3) == index.most_similar(vector, 3)
    (tmp_path / "index.dict").write_bytes(pickle.dumps(keys | {"labels": print}, 4))
    with pytest.raises(FormatError, match=r"refused to load the global 'builtins\.print'"):
        loaded.load(tmp_path / "index")
    (tmp_path / "index.dict").write_text("no JSON")
    with pytest.raises(FormatError, match=r"index\.dict"):
        loaded.load(tmp_path / "index")
    with pytest.raises(OSError, match="missing"):
        loaded.load(tmp_path / "other")
    with pytest.raises(ConfigError, match="together"):
        annoy.AnnoyIndexer(model)
    with pytest.raises(ConfigError, match="got int"):
        annoy.AnnoyIndexer(3, 3)


def test_annoy_is_optional(monkeypatch):
    monkeypatch.setitem(sys.modules, "annoy", None)
    with pytest.raises(ImportError, match=r"pip install 'ns2vec\[annoy\]'"):
        annoy.AnnoyIndexer()


# ---- scripts ----------------------------------------------------------------------------------------


def test_glove(tmp_path):
    path = tmp_path / "glove.txt"
    path.write_text("a 1 2 3\nb 4 5 6\n")
    assert glove2word2vec.get_glove_info(path) == (2, 3)
    with pytest.warns(DeprecationWarning, match="glove2word2vec"):
        assert glove2word2vec.main(["-i", str(path), "-o", str(tmp_path / "w2v.txt")]) == 0
    assert KeyedVectors.load_word2vec_format(tmp_path / "w2v.txt")["b"].tolist() == [4, 5, 6]


@pytest.mark.parametrize("binary", [False, True])
def test_tensors(tmp_path, binary):
    vectors().save_word2vec_format(tmp_path / "v", binary=binary)
    arguments = ["-i", str(tmp_path / "v"), "-o", str(tmp_path / "out")] + ["-b"] * binary
    assert word2vec2tensor.main(arguments) == 0
    assert (tmp_path / "out_tensor.tsv").read_text() == "0.0\t1.0\t2.0\n3.0\t4.0\t5.0\n"
    assert (tmp_path / "out_metadata.tsv").read_text() == "a\nb\n"


def test_standalone(tmp_path, capsys):
    """gensim's -accuracy calls a method that is gone."""
    (tmp_path / "text").write_text("the cat sat\nthe dog sat\n" * 50)
    (tmp_path / "questions").write_text(": all\nthe cat sat dog\n")
    arguments = [
        "-train",
        tmp_path / "text",
        "-output",
        tmp_path / "out",
        "-size",
        5,
        "-binary",
        1,
        "-cbow",
        0,
    ]
    assert word2vec_standalone.main([*map(str, arguments), "-accuracy", str(tmp_path / "questions")]) == 0
    assert KeyedVectors.load_word2vec_format(tmp_path / "out", binary=True).vector_size == 5
    out, err = capsys.readouterr()
    assert out == ""
    assert "analogies: " in err


@pytest.mark.parametrize("binary", [0, 1])
def test_standalone_without_an_output(tmp_path, binary):
    """As in gensim: the model beside the text, and its vectors beside the model."""
    text = tmp_path / "text.txt"
    text.write_text("the cat sat\nthe dog sat\n" * 50)
    assert word2vec_standalone.main(["-train", str(text), "-size", "5", "-binary", str(binary)]) == 0
    suffix = "bin" if binary else "txt"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["text.model", f"text.model.{suffix}", "text.txt"]
    found = KeyedVectors.load_word2vec_format(tmp_path / f"text.model.{suffix}", binary=bool(binary))
    model = Word2Vec.load(tmp_path / "text.model")
    assert np.allclose(found["cat"], model.wv["cat"], atol=1e-6)


def test_package_info(capsys):
    assert package_info.main() == 0
    assert "ns2vec" in json.loads(capsys.readouterr().out)


def test_names_of_word2vec():
    from ns2vec.compat.gensim.modules import word2vec

    sentences = [["a", "b", "c"], ["a", "b"], ["a"]] * 20
    options = {"min_count": 1, "vector_size": 8, "workers": 1, "sample": 0}
    for sg, train in ((1, word2vec.train_batch_sg), (0, word2vec.train_batch_cbow)):
        model = Word2Vec(sentences, **options, sg=sg)
        before = model.wv.vectors.copy()
        assert train(model, sentences, 0.025) == 120
        assert (model.wv.vectors != before).any()
        with pytest.raises(ValueError, match=f"expected a model with sg={1 - sg}"):
            (word2vec.train_batch_cbow if sg else word2vec.train_batch_sg)(model, sentences, 0.025)
        tree = Word2Vec(sentences, **options, sg=sg, hs=1, negative=0)
        score = word2vec.score_sentence_sg if sg else word2vec.score_sentence_cbow
        assert score(tree, ["a", "b"]) == pytest.approx(float(tree.score([["a", "b"]])[0]))
    (root,) = word2vec._build_heap(model.wv)
    assert (root.count, root.index) == (120, 4)
    assert {root.left.count, root.right.count} == {60}
    assert word2vec.Heapitem(1, 9, None, None) < word2vec.Heapitem(2, 0, None, None)


# ---- word2vec_corpusfile ----------------------------------------------------------------------------

LINES = "one two three\n\nfour\tfive  \n" + " ".join(map(str, range(25))) + "\nlast\u00e9 line"


def read_twice(kind, path, *arguments):
    lines = kind(str(path), *arguments)
    return [[list(map(bytes, words)) for words in lines] for _ in range(2)]


@pytest.mark.parity
@pytest.mark.parametrize("arguments", [(), (0, 10), (4, 2), (3,), (14,)], ids=repr)
def test_lines_as_in_gensim(tmp_path, arguments):
    gensims = pytest.importorskip("gensim.models.word2vec_corpusfile", reason="gensim is not installed")
    (tmp_path / "text").write_text(LINES)
    ours = read_twice(word2vec_corpusfile.CythonLineSentence, tmp_path / "text", *arguments)
    assert ours == read_twice(gensims.CythonLineSentence, tmp_path / "text", *arguments)


def test_lines_one_by_one_and_in_batches(tmp_path):
    (tmp_path / "text").write_text(LINES)
    lines = word2vec_corpusfile.CythonLineSentence(tmp_path / "text", np.int64(4), max_sentence_length=10.0)
    assert [lines.read_sentence() for _ in range(3)] == [[b"two", b"three"], [], [b"four", b"five"]]
    assert not lines.is_eof()
    lines.reset()
    batches = []
    while batch := lines.next_batch():
        batches.append(batch)
    assert lines.is_eof()
    assert lines.read_sentence() == []
    assert [words for batch in batches for words in batch] == list(lines)
    assert [sum(map(len, batch)) for batch in batches] == [14, 10, 7]
    same = pickle.loads(pickle.dumps(lines))
    assert (same.source, same.offset, list(same)) == (lines.source, 4, list(lines))
    assert same.source == str(tmp_path / "text").encode()


def test_lines_that_are_missing_say_so(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such corpus file; check the path"):
        list(word2vec_corpusfile.CythonLineSentence(tmp_path / "none"))
