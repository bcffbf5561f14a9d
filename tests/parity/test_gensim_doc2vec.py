"""One script on gensim's Doc2Vec and on ns2vec's: vocabularies, tags, shapes, errors, warnings, files."""

from __future__ import annotations

import inspect
import logging
import warnings

import numpy as np
import pytest

from ns2vec.compat.gensim.modules import doc2vec as ours

pytestmark = pytest.mark.parity

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    theirs = pytest.importorskip("gensim.models.doc2vec", reason="gensim is not installed")

BOTH = (ours, theirs)
SMALL = {"vector_size": 8, "min_count": 1, "workers": 1, "epochs": 2}
NUMBERS = [(["a", "b", "c"], [0]), (["a", "x"], [1]), ([], [2]), (["b", "x", "c", "b"], [3])]
TEXTS = [(["a", "b"], ["s1"]), (["a"], ["s2", "s1"])]
MIXED = [(["a", "b", "c"], [3]), (["a", "x"], ["s1", 1]), ([], ["s2"]), (["b", "x", "c", "b"], ["s1"])]
GAPS = [(["a"], [7])]


def documents(module, pairs):
    return [module.TaggedDocument(words, tags) for words, tags in pairs]


def tags(model):
    """All that is known of tags, as plain values."""
    dv = model.dv
    attributes = {name: np.asarray(values).tolist() for name, values in dv.expandos.items()}
    return dv.index_to_key, dv.key_to_index, attributes, dv.vectors.shape, str(dv)


def words(model):
    counts = {name: model.wv.expandos[name].tolist() for name in ("count", "sample_int")}
    return model.wv.index_to_key, counts, model.corpus_count, model.corpus_total_words


@pytest.mark.parametrize("pairs", [NUMBERS, TEXTS, MIXED, GAPS])
def test_words_and_tags_are_gensims(pairs):
    one, other = (module.Doc2Vec(documents(module, pairs), **SMALL) for module in BOTH)
    assert tags(one) == tags(other)
    assert words(one) == words(other)


def test_words_and_tags_of_a_file_are_gensims(tmp_path):
    path = tmp_path / "text"
    path.write_text("a b c\n\nb c\na\n")
    one, other = (module.Doc2Vec(corpus_file=str(path), **SMALL) for module in BOTH)
    assert tags(one) == tags(other)
    assert words(one) == words(other)
    read = [[tuple(found) for found in module.TaggedLineDocument(str(path))] for module in BOTH]
    assert read[0] == read[1]


@pytest.mark.parametrize("options", [{}, {"dm_concat": 1, "window": 2}, {"dm_concat": 1, "dm_tag_count": 2}])
def test_fresh_rows_are_gensims(options):
    one, other = (module.Doc2Vec(**SMALL, **options) for module in BOTH)
    for model, module in ((one, ours), (other, theirs)):
        model.build_vocab(documents(module, MIXED))
    assert np.array_equal(one.wv.vectors, other.wv.vectors)
    assert np.array_equal(one.dv.vectors, other.dv.vectors)
    assert one.syn1neg.shape == other.syn1neg.shape
    assert words(one) == words(other)
    assert one.layer1_size == other.layer1_size


@pytest.mark.parametrize(
    "options",
    [
        {}, {"dm": 0}, {"dm": 0, "dbow_words": 1}, {"hs": 1, "negative": 0}, {"hs": 1}, {"cbow_mean": 0},
        {"workers": 3}, {"min_count": 5}, {"sample": 0}, {"window": 9}, {"sample": 1e-5},
        {"dm_concat": 1}, {"dm_concat": 1, "dm": 0},
    ],
)  # fmt: skip
def test_names_and_attributes_are_gensims(options):
    one, other = (module.Doc2Vec(**options) for module in BOTH)
    assert str(one) == str(other)
    for name in (
        "sg", "cbow_mean", "hs", "negative", "dbow_words", "dm_concat", "dm_tag_count", "dm", "dbow",
        "epochs", "window", "alpha", "min_alpha", "min_count", "vector_size", "layer1_size", "comment",
    ):  # fmt: skip
        assert getattr(one, name) == getattr(other, name), name


def failing(module, action):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return type(action(module))
        except Exception as error:
            return type(error)


@pytest.mark.parametrize(
    "action",
    [
        lambda module: module.Doc2Vec(**SMALL).train(documents(module, MIXED), total_examples=4, epochs=1),
        lambda module: module.Doc2Vec(documents(module, MIXED), **SMALL).infer_vector("a b"),
        lambda module: module.Doc2Vec(documents(module, MIXED), **SMALL)["kiwi"],
        lambda module: module.Doc2Vec(documents(module, MIXED), **SMALL)[99],
        lambda module: module.Doc2Vec(size=3),
        lambda module: module.Doc2Vec(sg=1),
        lambda module: module.Doc2Vec((found for found in documents(module, MIXED)), **SMALL),
        lambda module: module.Doc2Vec(corpus_file="/no/such/file", **SMALL),
        lambda module: module.Doc2Vec(documents(module, MIXED), corpus_file=__file__, **SMALL),
        lambda module: module.Doc2Vec(documents(module, MIXED), **SMALL).train(documents(module, MIXED)),
        lambda module: module.Doc2Vec(documents(module, [(["a"], 5)]), **SMALL),
        lambda module: module.Doc2Vec(documents(module, MIXED), **SMALL).train(
            documents(module, MIXED), total_examples=4, epochs=1
        ),
    ],
)
def test_errors_are_of_gensims_kinds(action):
    one, other = (failing(module, action) for module in BOTH)
    assert issubclass(one, other)


@pytest.mark.parametrize(
    "pairs, part",
    [
        (GAPS, "Highest int doctag (7) larger than count of documents (1)"),
        (TEXTS[1:], "More unique tags (2) than documents (1)."),
        ([("ab", ["x"])], "Each 'words' should be a list of words"),
    ],
)
def test_warnings_are_gensims(pairs, part, caplog):
    for module in BOTH:
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            module.Doc2Vec(documents(module, pairs), **SMALL)
        assert part in caplog.text


def test_deprecated_names_warn_alike():
    for module in BOTH:
        model = module.Doc2Vec(documents(module, MIXED), **SMALL)
        with pytest.warns(DeprecationWarning, match="docvecs"):
            assert model.docvecs is model.dv


def test_reports_have_gensims_names():
    one, other = (module.Doc2Vec(documents(module, MIXED), **SMALL) for module in BOTH)
    assert one.estimate_memory().keys() == other.estimate_memory().keys()
    assert one.estimated_lookup_memory() == other.estimated_lookup_memory()
    assert one.scan_vocab(documents(ours, MIXED)) == other.scan_vocab(documents(theirs, MIXED))


def test_frequencies_make_words_and_no_tags():
    one, other = (module.Doc2Vec(**SMALL) for module in BOTH)
    for model in (one, other):
        model.build_vocab_from_freq({"a": 4, "b": 2}, corpus_count=3)
    assert tags(one) == tags(other)
    assert words(one)[:3] == words(other)[:3]


@pytest.mark.parametrize("prefix", ["*dt_", ""])
@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("kinds", [(True, True), (False, True), (True, False)])
def test_text_files_are_gensims(kinds, binary, prefix, tmp_path):
    paths = [tmp_path / "ours", tmp_path / "theirs"]
    for module, path in zip(BOTH, paths, strict=True):
        model = module.Doc2Vec(documents(module, MIXED), **SMALL)
        model.wv.vectors[:] = np.arange(model.wv.vectors.size).reshape(model.wv.vectors.shape)
        model.dv.vectors[:] = -np.arange(model.dv.vectors.size).reshape(model.dv.vectors.shape)
        word_vec, doctag_vec = kinds
        model.save_word2vec_format(
            str(path), word_vec=word_vec, doctag_vec=doctag_vec, prefix=prefix, binary=binary
        )
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_a_text_is_cut_where_gensim_cuts_it(tmp_path):
    path = tmp_path / "text"
    for text in ("".join("w " * n + "\n" for n in range(12)), "a b c\n\nd\n" * 4 + "e"):
        path.write_text(text)
        for workers in (1, 2, 3, 4, 5, 20):
            found = [
                module.Doc2Vec._get_offsets_and_start_doctags_for_corpusfile(str(path), workers)
                for module in BOTH
            ]
            assert found[0] == tuple(map(list, found[1]))


def test_gensims_public_names_are_there():
    missing = [
        name
        for name, value in vars(theirs).items()
        if inspect.isclass(value) and value.__module__ == theirs.__name__ and not hasattr(ours, name)
    ]
    assert not missing
