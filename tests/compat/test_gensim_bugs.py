"""Bugs of gensim 4.4 that must not be here, by their issues at github.com/piskvorky/gensim."""

from __future__ import annotations

import io
import pathlib

import numpy as np
import pytest

from ns2vec import KeyedVectors, LineSentence, Word2Vec
from ns2vec.callbacks import CallbackAny2Vec
from ns2vec.compat.gensim.modules import word2vec_standalone

OPTIONS = {"vector_size": 8, "min_count": 1, "workers": 2, "epochs": 2}
SENTENCES = [["a", "b", "c"], ["a", "c"], ["d", "b"]] * 40
HANGS = pytest.mark.timeout(60)  # for ever, in gensim


def kv_of(*keys: str) -> KeyedVectors:
    found = KeyedVectors(4)
    found.add_vectors(list(keys), np.random.default_rng(2).normal(size=(len(keys), 4)).astype(np.float32))
    return found


# ---- training ---------------------------------------------------------------------------------------


@HANGS
def test_3394_sentences_that_are_arrays():
    model = Word2Vec([np.array(sentence) for sentence in SENTENCES], **OPTIONS)
    assert set(model.wv.index_to_key) == {"a", "b", "c", "d"}
    integers = Word2Vec([np.arange(5) for _ in range(50)], **OPTIONS)
    assert sorted(integers.wv.index_to_key) == list(range(5))


class Failing:
    """Sentences that break off in the pass `n`, after some have been handed out."""

    def __init__(self, n: int) -> None:
        self.n, self.passes = n, 0

    def __iter__(self):
        self.passes += 1
        yield from SENTENCES[:50]
        if self.passes == self.n:
            raise OSError("disk gone")
        yield from SENTENCES[50:]


class FailingWorker(Word2Vec):
    """A job that fails when told to."""

    fails = True

    def _do_train_job(self, sentences, alpha, inits):
        if self.fails:
            raise ZeroDivisionError("in a worker")
        return super()._do_train_job(sentences, alpha, inits)


class FailingCallback(CallbackAny2Vec):
    """One event fails."""

    def __init__(self, event: str) -> None:
        setattr(self, event, self.fail)

    def fail(self, model) -> None:
        raise LookupError("in a callback")


def is_usable(model: Word2Vec) -> bool:
    model.train(SENTENCES, total_examples=len(SENTENCES), epochs=1)
    return bool(np.isfinite(model.wv.vectors).all()) and len(model.wv.most_similar("a")) == 3


def prepared(kind=Word2Vec, **options) -> Word2Vec:
    model = kind(**(OPTIONS | options))
    model.build_vocab(SENTENCES)
    return model


@HANGS
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("n", [1, 2])
def test_an_iterators_error_reaches_the_caller(workers, n):
    model = prepared(workers=workers)
    with pytest.raises(OSError, match="disk gone"):
        model.train(Failing(n), total_examples=len(SENTENCES), epochs=3)
    assert is_usable(model)
    with pytest.raises(OSError, match="disk gone"):
        Word2Vec(Failing(n), **OPTIONS)


def lines(tmp_path):
    path = tmp_path / "corpus.txt"
    path.write_text("\n".join(map(" ".join, SENTENCES)) + "\n")
    return path


INPUTS = {
    "lists": lambda tmp_path: {"corpus_iterable": SENTENCES},
    "iterator": lambda tmp_path: {"corpus_iterable": iter(SENTENCES)},
    "generator": lambda tmp_path: {"corpus_iterable": (list(sentence) for sentence in SENTENCES)},
    "LineSentence": lambda tmp_path: {"corpus_iterable": LineSentence(lines(tmp_path))},
    "path": lambda tmp_path: {"corpus_iterable": lines(tmp_path)},
    "corpus_file": lambda tmp_path: {"corpus_file": lines(tmp_path)},
}


MEMORIES = pytest.mark.parametrize("corpus_memory", ["1GiB", 0])  # 0: the text is read again each epoch


@HANGS
@MEMORIES
@pytest.mark.parametrize("name", INPUTS)
def test_a_workers_error_reaches_the_caller(tmp_path, name, corpus_memory):
    model = prepared(FailingWorker, corpus_memory=corpus_memory)
    with pytest.raises(ZeroDivisionError, match="in a worker"):
        model.train(**INPUTS[name](tmp_path), total_examples=120, total_words=280, epochs=1)
    model.fails = False
    assert is_usable(model)


@HANGS
@pytest.mark.parametrize("event", ["on_train_begin", "on_epoch_begin", "on_epoch_end", "on_train_end"])
@MEMORIES
@pytest.mark.parametrize("name", INPUTS)
def test_a_callbacks_error_reaches_the_caller(tmp_path, name, event, corpus_memory):
    model = prepared(corpus_memory=corpus_memory)
    with pytest.raises(LookupError, match="in a callback"):
        model.train(
            **INPUTS[name](tmp_path), total_examples=120, total_words=280, epochs=1,
            callbacks=[FailingCallback(event)],
        )  # fmt: skip
    assert is_usable(model)


class Walks(Word2Vec):
    """As in fastnode2vec: the hook passes on other sentences."""

    def _do_train_job(self, sentences, alpha, inits):
        return super()._do_train_job(list(sentences), alpha, inits)


@HANGS
@pytest.mark.parametrize("workers", [1, 2])
def test_an_iterators_error_reaches_the_caller_of_a_subclass(workers):
    model = prepared(Walks, workers=workers, batch_words=20)
    with pytest.raises(OSError, match="disk gone"):
        model.train(Failing(2), total_examples=len(SENTENCES), epochs=3)
    assert is_usable(model)


@HANGS
@MEMORIES
def test_a_damaged_file_reaches_the_caller(tmp_path, corpus_memory):
    path = lines(tmp_path)
    path.write_bytes(path.read_bytes() + b"\xff\xfe broken\n")
    model = prepared(corpus_memory=corpus_memory)
    with pytest.raises(ValueError, match=r"corpus\.txt"):
        model.train(path, total_examples=120, epochs=1)
    assert is_usable(model)


@HANGS
def test_a_model_that_took_anothers_vocabulary_trains():
    """gensim: reset_from makes vectors without lock factors, so the workers of train() die and it hangs."""
    other = prepared()
    model = Word2Vec(**OPTIONS)
    model.reset_from(other)
    assert model.wv.vectors_lockf.tolist() == [1.0]
    assert is_usable(model)


@pytest.mark.parametrize("batch_words", [10_000, 30_000])
def test_2880_2801_long_sentences_are_trained_whole(batch_words):
    words = [f"w{i}" for i in range(25_000)]
    options = {"sample": 0, "batch_words": batch_words, "epochs": 1, "vector_size": 4, "workers": 1}
    model = Word2Vec(min_count=1, **options)
    model.build_vocab([words])
    before = model.wv.vectors.copy()
    outputs = model.syn1neg.copy()
    assert model.train([words], total_examples=1, epochs=1) == (25_000, 25_000)
    moved = (model.wv.vectors != before).any(axis=1) | (model.syn1neg != outputs).any(axis=1)
    assert moved[[model.wv.get_index("w0"), model.wv.get_index("w24999")]].all()
    assert moved.mean() > 0.99


def test_2735_2743_the_loss_is_summed_in_float64_and_by_all_workers():
    one, two = (
        Word2Vec(SENTENCES * 5, **(OPTIONS | {"workers": n}), compute_loss=True, sample=0) for n in (1, 2)
    )
    assert isinstance(one.get_latest_training_loss(), float)
    assert one.get_latest_training_loss() == pytest.approx(sum(one.epoch_losses))
    assert two.get_latest_training_loss() == pytest.approx(one.get_latest_training_loss(), rel=0.05)
    model = prepared()
    model.running_training_loss = 2.0**27
    model.running_training_loss += 0.25
    assert model.get_latest_training_loss() == 2.0**27 + 0.25


class Unreadable(io.BytesIO):
    """A stream whose `seek` fails inside."""

    def seek(self, *_):
        raise AttributeError("inside seek")


def test_an_error_inside_a_stream_is_not_taken_for_a_path():
    """gensim: an AttributeError in a file-like source is swallowed, and the source opened as a path."""
    with pytest.raises(AttributeError, match="inside seek"):
        list(LineSentence(Unreadable(b"a b\n")))


# ---- keys and vectors -------------------------------------------------------------------------------


def test_3320_3224_2532_norms_after_adding_vectors():
    kv = kv_of("a", "b")
    kv.most_similar("a")
    kv.add_vectors(["c"], np.ones((1, 4), dtype=np.float32))
    assert len(kv.most_similar("a")) == 2
    kv.add_vectors(["a"], 9 * np.ones((1, 4), dtype=np.float32), replace=True)
    assert kv.most_similar("c")[0] == ("a", pytest.approx(1.0))


def test_extra_attributes_of_added_vectors():
    kv = kv_of("a")
    kv.add_vectors(["b", "c"], np.ones((2, 4), dtype=np.float32), extras={"count": np.array([7, 3])})
    assert [kv.get_vecattr(key, "count") for key in "abc"] == [0, 7, 3]


def test_a_key_twice_in_one_call_has_one_row():
    kv = KeyedVectors(2)
    kv.add_vectors(["a", "a", "b"], np.eye(3, 2, dtype=np.float32))
    assert kv.index_to_key == ["a", "b"]
    assert len(kv.vectors) == 2
    assert [key for key, _ in kv.most_similar("b")] == ["a"]


@pytest.mark.parametrize("binary", [False, True])
def test_a_word_twice_in_a_file_leaves_no_empty_row(tmp_path, binary):
    path = tmp_path / "vectors"
    kv_of("a", "b", "c").save_word2vec_format(path, binary=binary)
    path.write_bytes(
        path.read_bytes().replace(b"\nc ", b"\na ")
        if not binary
        else path.read_bytes().replace(b"c ", b"a ", 1)
    )
    found = KeyedVectors.load_word2vec_format(path, binary=binary)
    assert found.index_to_key == ["a", "b"]
    assert [key for key, _ in found.most_similar("a")] == ["b"]


def test_2535_restrict_vocab_is_obeyed_by_cosmul():
    """gensim takes the argument since then, and does not use it."""
    kv = kv_of(*"abcdef")
    assert {key for key, _ in kv.most_similar_cosmul("a", restrict_vocab=3)} == {"b", "c"}


def questions(tmp_path, text: str):
    path = tmp_path / "questions.txt"
    path.write_text(text)
    return path


def test_2535_2656_the_similarity_function_of_analogies_is_not_ignored(tmp_path):
    path = questions(tmp_path, ": s\na b c d\n")
    with pytest.raises(ValueError, match="similarity_function"):
        kv_of(*"abcd").evaluate_word_analogies(path, similarity_function="nonsense")


def test_2535_2656_analogies_by_cosmul(tmp_path):
    rng = np.random.default_rng(3)
    words = [*"abcdefghij", "A"]
    kv = KeyedVectors(4)
    kv.add_vectors(words, rng.normal(size=(len(words), 4)).astype(np.float32))
    asked = [[str(word) for word in rng.choice(words[:10], 4, replace=False)] for _ in range(300)]
    path = questions(tmp_path, ": s\n" + "\n".join(map(" ".join, asked)))
    options = {"restrict_vocab": 8, "case_insensitive": False}
    for name in ("most_similar", "most_similar_cosmul"):
        _, sections = kv.evaluate_word_analogies(path, similarity_function=name, **options)
        expected = [
            (a, b, c, d)
            for a, b, c, d in asked
            if {a, b, c, d} <= set(words[:8])
            and getattr(kv, name)([b, c], [a], topn=1, restrict_vocab=8)[0][0] == d
        ]
        assert sections[0]["correct"] == expected
        assert expected


def test_analogies_without_questions(tmp_path):
    score, sections = kv_of(*"abcd").evaluate_word_analogies(questions(tmp_path, ": empty\n"))
    assert score == 0.0
    assert sections[-1]["section"] == "Total accuracy"


def test_an_error_in_analogies_leaves_the_keys_as_they_were(tmp_path):
    kv = kv_of("Apple", "apple", "Pear", "stone")
    before = dict(kv.key_to_index)
    with pytest.raises(ValueError, match="section"):
        kv.evaluate_word_analogies(questions(tmp_path, "a b c d\n"))
    assert kv.key_to_index == before
    assert kv["apple"] @ kv["apple"] != kv["Apple"] @ kv["Apple"]


def test_unreadable_analogies_leave_the_keys_as_they_were(tmp_path):
    """gensim works on a replaced key_to_index and forgets to put the old one back."""
    kv = kv_of("Apple", "apple", "Pear", "stone")
    before, path = dict(kv.key_to_index), tmp_path / "questions.txt"
    path.write_bytes(b": s\napple Apple Pear stone\n\xff\xfe\n")
    with pytest.raises(ValueError, match="expected text in utf8"):
        kv.evaluate_word_analogies(path, restrict_vocab=2)
    assert kv.key_to_index == before
    assert kv.index_to_key == ["Apple", "apple", "Pear", "stone"]


@pytest.mark.parametrize("binary", [False, True])
def test_3094_vectors_of_a_file_are_taken_over(tmp_path, binary):
    """gensim: an IndexError for text (one lock factor for all rows), a ValueError for binary."""
    path = tmp_path / "vectors"
    theirs = KeyedVectors(8)
    theirs.add_vectors(["a", "zebra"], np.full((2, 8), 3, dtype=np.float32))
    theirs.save_word2vec_format(path, binary=binary)
    model = prepared()
    model.wv.intersect_word2vec_format(path, lockf=0.0, binary=binary)
    assert "zebra" not in model.wv
    model.train(SENTENCES, total_examples=len(SENTENCES), epochs=1)
    assert (model.wv["a"] == 3).all()
    assert (model.wv["b"] != prepared().wv["b"]).any()


def test_assigned_norms_are_not_believed():
    """fse assigns vectors_norm, which gensim takes and forgets."""
    kv = kv_of("a", "b")
    kv.vectors_norm = np.zeros((2, 4))
    assert kv.most_similar("a")[0][0] == "b"


# ---- files and scripts ------------------------------------------------------------------------------


def test_3599_paths_that_are_no_strings(tmp_path):
    path = pathlib.Path(tmp_path) / "model"
    model = Word2Vec(SENTENCES, **OPTIONS)
    model.save(path)
    assert np.array_equal(Word2Vec.load(path).wv.vectors, model.wv.vectors)
    model.save_gensim(path)
    assert np.array_equal(KeyedVectors.load(path).wv.vectors, model.wv.vectors)


def test_the_accuracy_of_the_script(tmp_path, capsys):
    """gensim: -accuracy of word2vec_standalone calls a method that was removed."""
    text = tmp_path / "text.txt"
    text.write_text("\n".join(map(" ".join, SENTENCES)))
    asked = questions(tmp_path, ": s\na b c d\n")
    arguments = ["-train", text, "-output", tmp_path / "out", "-size", "8", "-accuracy", asked]
    assert word2vec_standalone.main([str(argument) for argument in arguments]) == 0
    assert "analogies: " in capsys.readouterr().err
