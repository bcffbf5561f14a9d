"""One step told in numbers: the kernel's loss, the scores of the vectors, and nothing left changed."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec import Word2Vec
from ns2vec.exceptions import ConfigError
from ns2vec.reference.objectives import sigmoid
from ns2vec.training.explain import explain_step


@pytest.fixture(scope="module")
def model_of(sentences):
    def make(**options):
        options = {"vector_size": 12, "min_count": 1, "workers": 1, "epochs": 3, "sample": 0, **options}
        return Word2Vec(sentences, **options)

    return make


def step_of(model, sentence, position=2, **options):
    rows = [model.wv.key_to_index[word] for word in sentence]
    network, config = model._make_network(), model._config()
    return explain_step(network, config, rows, position, model.wv.index_to_key, **options)


def matrices(model):
    return [
        array.copy() for array in (model.wv.vectors, *(getattr(model, n, None) for n in ("syn1neg", "syn1")))
        if array is not None
    ]  # fmt: skip


@pytest.mark.parametrize("sg", [0, 1])
@pytest.mark.parametrize(
    "objective", ["negative_sampling", "nce", "sampled_softmax", "softmax", "hierarchical_softmax"]
)
@pytest.mark.parametrize("sharing", ["window", "pair"])
def test_terms_add_up_to_the_loss_of_the_kernel(model_of, sentences, sg, objective, sharing):
    model = model_of(objective=objective, sg=sg, negative_sharing=sharing)
    before = matrices(model)
    step = step_of(model, sentences[0], topn=len(model.wv))
    assert len(step.outputs) == step.n_outputs
    assert step.loss == pytest.approx(sum(entry.loss for entry in step.outputs), abs=1e-5)
    assert step.loss_after < step.loss
    assert step.objective == objective
    for old, new in zip(before, matrices(model), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize("sg", [0, 1])
def test_scores_and_lengths_are_those_of_the_vectors(model_of, sentences, sg):
    model = model_of(sg=sg, window=3)
    step = step_of(model, sentences[1], 4)
    rows = [entry.row for entry in step.inputs]
    assert [entry.word for entry in step.inputs] == (
        [sentences[1][3]] if sg else sentences[1][1:4] + sentences[1][5:8]
    )
    hidden = model.wv.vectors[rows].astype(float).mean(axis=0)
    y = model.syn1neg[[entry.row for entry in step.outputs]].astype(float)
    labels, weights = (np.array([getattr(e, name) for e in step.outputs]) for name in ("label", "weight"))
    errors = (labels - sigmoid(y @ hidden)) * weights
    moved = y + model.alpha * errors[:, None] * hidden
    change = model.alpha * errors @ y  # cbow_update="word2vec": each of the words takes all of it
    vectors = model.wv.vectors.astype(float)
    np.add.at(vectors, rows, change)  # a word that occurs twice in the window moves twice
    hidden_after = vectors[rows].mean(axis=0)
    for name, expected in {
        "score": y @ hidden,
        "prediction": sigmoid(y @ hidden),
        "score_after": moved @ hidden_after,
        "norm": np.linalg.norm(y, axis=1),
        "norm_after": np.linalg.norm(moved, axis=1),
    }.items():
        np.testing.assert_allclose(
            [getattr(e, name) for e in step.outputs], expected, atol=1e-5, err_msg=name
        )
    assert step.input_norm_after == pytest.approx(np.linalg.norm(hidden_after), abs=1e-5)
    after = np.linalg.norm(vectors[rows], axis=1)
    np.testing.assert_allclose([entry.norm_after for entry in step.inputs], after, atol=1e-5)


def test_outputs_are_the_set_of_the_kernel_with_the_probabilities_of_the_sampler(model_of, sentences):
    model = model_of(sg=1, sampler="uniform")
    step = step_of(model, sentences[0])
    assert (step.centre, step.outputs[0].word, step.outputs[0].label) == (*[sentences[0][2]] * 2, 1.0)
    assert sum(entry.weight for entry in step.outputs) == 1 + model.negative
    assert [e.noise_probability for e in step.outputs] == pytest.approx([1 / 20] * len(step.outputs))
    assert step_of(model, sentences[0]) == step
    others = [{entry.word for entry in step_of(model, sentences[0], epoch=e).outputs} for e in range(5)]
    assert any(words != others[0] for words in others)


def test_the_batch_is_the_whole_sentence(model_of, sentences):
    model = model_of(sg=1, sampler="batch", negative=40)
    for position, beside in ((0, 1), (7, 6), (3, 4)):
        step = step_of(model, sentences[0], position, input_position=beside)
        assert step.inputs[0].word == sentences[0][beside]
        assert {entry.word for entry in step.outputs} == set(sentences[0])


@pytest.mark.parametrize("sampler", ["cached:size=4,every=1", "adaptive:form=rank", "self_adversarial"])
def test_a_sampler_that_looks_at_the_model_is_left_as_it_was(model_of, sentences, sampler):
    """Its pools, ranks and counts too; the step itself may fill a pool."""
    model = model_of(sampler=sampler)
    before = model.bound_sampler().state()
    step = step_of(model, sentences[0])
    assert step.n_outputs > 1
    after = model.bound_sampler().state()
    assert before.keys() == after.keys()
    for name, value in before.items():
        np.testing.assert_array_equal(after[name], value, err_msg=name)


def test_a_python_sampler_tells_no_probability(model_of, sentences):
    model = model_of(sg=1, sampler=lambda n, generator: generator.integers(0, 20, n))
    step = step_of(model, sentences[0])
    assert len(step.outputs) > 1
    assert {entry.noise_probability for entry in step.outputs} == {None}


def test_the_full_softmax_tells_the_seen_word_and_the_most_likely(model_of, sentences):
    step = step_of(model_of(objective="softmax"), sentences[0], topn=3)
    assert (len(step.outputs), step.n_outputs, step.outputs[0].word) == (4, 20, sentences[0][2])
    shares = [entry.prediction for entry in step.outputs[1:]]
    assert shares == sorted(shares, reverse=True)
    assert step.loss == pytest.approx(-np.log(step.outputs[0].prediction), abs=1e-5)


def test_a_path_is_told_from_the_root(model_of, sentences):
    model = model_of(hs=1, negative=0)
    step = step_of(model, sentences[0])
    centre = model.wv.key_to_index[sentences[0][2]]
    assert [entry.row for entry in step.outputs] == model._core.huffman().point(centre).tolist()
    assert {entry.word for entry in step.outputs} == {None}


def test_refusals(model_of, sentences):
    model = model_of(sg=1)
    with pytest.raises(ConfigError, match="at least two known words"):
        step_of(model, sentences[0][:1], 0)
    with pytest.raises(ConfigError, match="position must be at least 0 and below 8"):
        step_of(model, sentences[0], 8)
    with pytest.raises(
        ConfigError, match="input_position must be a different position of the sentence, got 2"
    ):
        step_of(model, sentences[0], 2, input_position=2)
    with pytest.raises(ConfigError, match="one objective is explained at a time"):
        step_of(model_of(hs=1), sentences[0])
