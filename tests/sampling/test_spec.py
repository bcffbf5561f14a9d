"""From strings, saved states and functions to samplers, and back."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec import Word2Vec
from ns2vec.exceptions import ConfigError
from ns2vec.sampling import (
    SAMPLERS,
    Adaptive,
    Batch,
    Cached,
    Dynamic,
    FromCallable,
    Hard,
    LogUniform,
    LowLevel,
    Mixed,
    NoiseData,
    Pool,
    Random,
    Sampler,
    SelfAdversarial,
    StaticSampler,
    Uniform,
    Unigram,
    Warp,
    make_sampler,
)
from ns2vec.sampling.spec import options_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "hard",
            "Hard(m=256, near='positive', margin=0.05, first=0, last=0, duplicates=0.9, base=Unigram(), "
            "until=1.0)",
        ),
        (
            "hard:near=input",
            "Hard(m=64, near='input', margin=0.05, first=0, last=0, duplicates=0.9, base=Unigram(), "
            "until=1.0)",
        ),
        (
            "dynamic:m=4,base=uniform",
            "Dynamic(m=4, top=1, base=Uniform(), until=1.0)",
        ),
        (
            "self_adversarial:alpha=2,anneal=linear,until=0.5",
            "SelfAdversarial(alpha=2.0, base=Unigram(), anneal='linear', until=0.5)",
        ),
        ("unigram", "Unigram()"),
        ("unigram:exponent=0.5", "Unigram(exponent=0.5)"),
        ("unigram:exponent=1,on_collision=keep", "Unigram(exponent=1.0, on_collision='keep')"),
        ("uniform:exclude=window", "Uniform(exclude='window')"),
        ("batch:size=512", "Batch(size=512, pool=0)"),
        ("batch:size=64,pool=16", "Batch(size=64, pool=16)"),
        ("mixed:unigram=0.8,uniform=0.2", "Mixed(parts=[(Unigram(), 0.8), (Uniform(), 0.2)])"),
        ("log_uniform", "LogUniform()"),
    ],
)
def test_text_names_a_sampler_with_options(text, expected):
    assert repr(make_sampler(text)) == expected


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("dice", "unknown sampler 'dice': expected one of 'unigram', 'random'"),
        ("", "unknown sampler ''"),
        ("unigram:exponent", "expected name:option=value,option=value, got 'unigram:exponent'"),
        ("unigram:exponent=", "expected name:option=value"),
        ("unigram:speed=3", "sampler 'unigram' has no option 'speed': expected one of 'exponent', 'on_coll"),
        (
            "dynamic:m=3,mm=3",
            "'dynamic' has no option 'mm': expected one of 'm', 'top', 'temperature', 'base', 'anneal', "
            "'until', 'on_collision', 'exclude'",
        ),
        ("cached:sise=3", "'cached' has no option 'sise': expected one of 'size', 'extra', 'every'"),
        ("adaptive:scale=3", "scale must be a number from 1e-09 to 1, got 3"),
        ("mixed:dynamc=0.5", "unknown sampler 'dynamc': expected one of 'unigram'"),
        ("unigram:exponent=much", "exponent must be a finite number, got 'much'"),
        ("unigram:on_collision=cry", "on_collision must be one of redraw, skip, keep, got 'cry'"),
        ("uniform:exclude=all", "exclude must be 'window' or a mapping"),
        ("batch:size=0", "size must be a whole number of at least 1"),
        ("mixed", "mixed needs samplers"),
        ("dynamic:m=0", "m must be a whole number from 1 to 1024, got 0"),
        ("dynamic:m=1025", "m must be a whole number from 1 to 1024, got 1025"),
        ("dynamic:m=4,top=5", "top must be a whole number from 1 to 4, got 5"),
        ("dynamic:temperature=0", "temperature must be a finite number of at least 1e-06, got 0"),
        ("dynamic:top=2,temperature=1", "dynamic takes either top > 1 or a temperature"),
        ("dynamic:base=batch", "dynamic needs a base with one distribution, such as unigram: got Batch"),
        ("dynamic:base=dynamic", "dynamic needs a base with one distribution"),
        ("dynamic:anneal=down", "anneal must be one of linear, cosine, rise, constant, got 'down'"),
        ("dynamic:until=0", "until must be above 0 and at most 1, got 0"),
        ("hard:near=by", "near must be one of input, positive, got 'by'"),
        ("hard:margin=-1", "margin must be a finite number of at least 0, got -1"),
        ("hard:first=3,last=3", "last must be 0 or above first, got 3 and 3"),
        ("adaptive:form=other", "form must be one of loss, rank, got 'other'"),
        ("adaptive:step=2", "step must be a number from 0 to 1, got 2"),
        ("cached:size=1000,extra=100", "size \\+ extra must be a whole number from 2 to 1024, got 1100"),
        ("cached:clusters=3", "clusters must be 0 or a power of 2 from 2 to 65536, got 3"),
        ("self_adversarial:alpha=nan", "alpha must be a finite number of at least 0, got nan"),
        ("pool", "pool needs lists"),
        (3, "sampler must be a name such as 'unigram', a Sampler or a function, got 3"),
        (None, "sampler must be a name"),
    ],
)  # fmt: skip
def test_what_names_nothing(given, message):
    with pytest.raises(ConfigError, match=message):
        make_sampler(given).bind(NoiseData.of_counts([3, 2, 1]))


@pytest.mark.parametrize("name", SAMPLERS)
def test_options_are_those_that_are_saved(name):
    """What a wrong option is answered with, and what the command line lists."""
    known = options_of(SAMPLERS[name])
    if name in ("pool", "mixed"):
        assert {"pool": "lists", "mixed": "parts"}[name] in known
        return
    assert known.keys() == SAMPLERS[name]().options().keys()
    given = {option: value for option, value in known.items() if value is not None}
    assert SAMPLERS[name](**given).state_dict() == SAMPLERS[name]().state_dict()


def test_a_type_error_of_the_sampler_itself_is_told(monkeypatch):
    class Wrong(Uniform):
        def __init__(self, n=3, **options):
            super().__init__(**options)
            self.n = n + 1

    monkeypatch.setitem(SAMPLERS._entries, "wrong", Wrong)
    with pytest.raises(ConfigError, match=r"sampler 'wrong' cannot be made from {'n': 'x'}: .*str"):
        make_sampler("wrong:n=x")


def test_samplers_and_classes_pass_through():
    sampler = Uniform()
    assert make_sampler(sampler) is sampler
    assert isinstance(make_sampler(Uniform), Uniform)
    assert isinstance(make_sampler(lambda n, generator: np.zeros(n, int)), FromCallable)


LISTS = {"a": ["b", "c"], "d": ["e"]}
SAVED = [
    Unigram(exponent=0.3),
    Random(on_collision="skip"),
    Uniform(exclude="window"),
    LogUniform(exclude=LISTS),
    Batch(size=7, pool=3),
    Pool(LISTS, kind="explicit", key="context", fallback=Unigram(exponent=0.1)),
    Pool(LISTS, kind="forbidden", fallback=Mixed(uniform=0.9, random=0.1)),
    Mixed([(Pool({"a": ["j"]}), 0.3), (Unigram(exponent=-1), 0.7)]),
    Dynamic(m=5, top=2, base=Unigram(exponent=0.2), anneal="linear", until=0.7),
    Hard(m=9, near="positive", margin=0.2, first=1, last=7, duplicates=0.8),
    Adaptive(form="rank", scale=0.3, exclude=LISTS),
    Cached(size=4, extra=8, every=3, clusters=4, keep=True, temperature=0.5),
    SelfAdversarial(alpha=0.7, base="uniform"),
    Warp(tries=9, anneal="rise"),
    Unigram(exclude={"name": ["options"], "options": ["name"]}),  # words that look like a state
]


def test_every_sampler_of_the_registry_is_saved():
    assert {type(sampler) for sampler in SAVED} == set(SAMPLERS.values())


@pytest.mark.parametrize("sampler", SAVED, ids=str)
def test_state_dict_makes_the_same_sampler_again(sampler, named_data):
    """Options count: each of these draws or filters otherwise than the class does without options."""
    again = make_sampler(sampler.state_dict())
    assert type(again) is type(sampler)
    assert again.state_dict() == sampler.state_dict()
    assert repr(again) == repr(sampler)
    if sampler.exclude and "name" in sampler.exclude:
        assert again.exclude == sampler.exclude
        return
    bounds = [one.bind(named_data) for one in (sampler, again)]
    if bounds[0].source.wants_hidden:
        return
    batch = np.arange(10)
    drawn = [bound.sample(500, centre=0, context=0, batch=batch).tolist() for bound in bounds]
    assert drawn[0] == drawn[1]
    sources = [bound.source for bound in bounds]
    for field in ("batch_words", "pool_size", "needs_pairs", "is_uniform"):
        assert getattr(sources[0], field) == getattr(sources[1], field)


def test_state_dict_keeps_what_differs_from_the_default(named_data):
    plain = Unigram().bind(named_data).log_q([9])
    again = make_sampler(Unigram(exponent=0.3, on_collision="keep", exclude=LISTS).state_dict())
    assert again.bind(named_data).log_q([9]) != plain
    assert again.on_collision == "keep"
    assert again.bind(named_data).filter is not None


def test_state_dict_is_plain_data():
    def kinds(value):
        if isinstance(value, dict):
            return set().union(*(kinds(entry) for entry in [*value, *value.values()]))
        if isinstance(value, list):
            return set().union(*map(kinds, value)) if value else set()
        return {type(value)}

    lists = {"a": {"b"}, "d": ("e",)}
    state = Mixed([(Pool(lists, fallback=Uniform()), 0.5), (Unigram(), 0.5)]).state_dict()
    assert kinds(state) <= {str, int, float, type(None)}


def test_what_cannot_be_saved_says_so(double_draw):
    class Unregistered(StaticSampler):
        name = "unregistered"

        def distribution(self, data):
            return data.noise

    for sampler, message in [
        (FromCallable(lambda n, generator: n), "a Python function cannot be saved"),
        (LowLevel(double_draw), "a LowLevelCallable cannot be saved"),
        (Unregistered(), "Unregistered cannot be saved: register it in SAMPLERS"),
        (Mixed([(Unregistered(), 1)]), "Unregistered cannot be saved"),
    ]:
        repr(sampler)
        with pytest.raises(ConfigError, match=message):
            sampler.state_dict()


def test_a_registered_class_that_is_no_sampler(monkeypatch):
    monkeypatch.setitem(SAMPLERS._entries, "wrong", dict)
    with pytest.raises(ConfigError, match="sampler 'wrong' must be a subclass of Sampler"):
        make_sampler("wrong")


def test_a_model_takes_all_of_them(sentences, double_draw):
    def digest(sampler):
        model = Word2Vec(sentences, min_count=1, vector_size=8, sampler=sampler, workers=1, sg=1)
        return model.wv.vectors.tobytes()

    assert digest("unigram:exponent=1") == digest(Random()) == digest(Random().state_dict())
    assert digest("uniform") != digest("unigram")
    assert digest(double_draw) != digest("unigram")
    assert isinstance(make_sampler(double_draw), LowLevel)
    assert isinstance(make_sampler(double_draw), Sampler)
