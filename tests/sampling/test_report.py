"""What report() says, where each figure can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec import Word2Vec
from ns2vec.exceptions import ConfigError
from ns2vec.sampling import Batch, FromCallable, NoiseData, Pool, StaticSampler, Uniform, Unigram


def test_uniform_is_as_broad_as_the_vocabulary(data):
    report = Uniform().bind(data).report()
    share = data.noise
    assert report["effective_support"] == pytest.approx(10.0, rel=1e-5)
    assert report["coverage"] == 1.0
    assert report["kl_to_target"] == pytest.approx((0.1 * np.log(0.1 / share)).sum(), rel=1e-4)
    assert report["false_negative_rate"] == 0.0


def test_figures_of_a_narrow_sampler(data):
    class Four(StaticSampler):
        def distribution(self, data):
            return np.arange(10) < 4

    report = Four().bind(data).report(target=np.ones(10))
    assert report["effective_support"] == pytest.approx(4.0, rel=1e-5)
    assert report["coverage"] == 0.4
    assert report["kl_to_target"] == pytest.approx(np.log(10 / 4), rel=1e-5)


def test_a_target_without_what_is_drawn_is_infinitely_far(data):
    assert Uniform().bind(data).report(target=np.arange(10) > 0)["kl_to_target"] == np.inf


def test_the_default_target_is_the_models_own_noise():
    data = NoiseData.of_counts([60, 30, 10], ns_exponent=0.5)
    assert Unigram().bind(data).report()["kl_to_target"] == pytest.approx(0.0, abs=1e-6)
    assert Unigram(exponent=1).bind(data).report()["kl_to_target"] > 0.01


@pytest.mark.parametrize("sampler", [Batch(size=64), Batch(size=64, pool=16), Pool({0: [1, 2]})], ids=str)
def test_samplers_without_one_distribution_are_drawn_from(data, sampler):
    report = sampler.bind(data).report()
    assert 1.0 < report["effective_support"] < 10.0
    assert 0.1 < report["coverage"] <= 1.0
    assert np.isfinite(report["kl_to_target"])


def test_a_python_function_is_drawn_from(data):
    report = FromCallable(lambda n, generator: generator.integers(0, 5, n)).bind(data).report()
    assert report["effective_support"] == pytest.approx(5.0, rel=1e-3)
    assert report["coverage"] == 0.5


def test_false_negatives_are_counted_and_the_filter_takes_them_out(data):
    """Uniform over ten words, three of them true of each centre."""
    true = {row: [row, (row + 1) % 10, (row + 2) % 10] for row in range(10)}
    plain = Uniform().bind(data).report(positives=true)
    filtered = Uniform(exclude=true).bind(data).report(positives=true)
    half = Uniform(exclude={row: members[:2] for row, members in true.items()}).bind(data)
    assert plain["false_negative_rate"] == pytest.approx(0.3, abs=0.01)
    assert filtered["false_negative_rate"] == 0.0
    assert half.report(positives=true)["false_negative_rate"] == pytest.approx(0.1, abs=0.01)


def test_a_centre_that_is_kept_is_a_false_negative(data):
    keeping = Uniform(on_collision="keep").bind(data).report()
    assert keeping["false_negative_rate"] == pytest.approx(0.1, abs=0.01)


def test_report_of_a_model(sentences):
    model = Word2Vec(sentences, min_count=1, vector_size=8, sampler="uniform")
    report = model.bound_sampler().report(positives={"a": ["b"]})
    assert report["effective_support"] == pytest.approx(4.0, rel=1e-5)
    assert 0.0 < report["false_negative_rate"] < 0.25
    with pytest.raises(ConfigError, match="positives: none of its 1 words is in the vocabulary"):
        model.bound_sampler().report(positives={"x": ["b"]})
