"""``ns2vec explain``: one actual training step in words and numbers."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from ns2vec.cli import train_options
from ns2vec.cli.common import print_json
from ns2vec.cli.parsing import Parser, UsageError
from ns2vec.cli.train import open_paths
from ns2vec.corpus import Corpus, open_corpus
from ns2vec.evaluation.facts import facts_corpus
from ns2vec.exceptions import VocabularyError
from ns2vec.training.explain import Explanation, Output, explain_step
from ns2vec.word2vec import Word2Vec

NAME = "explain"
HELP = "Explain one training step in words and numbers, on a generated corpus or your own."
USAGE = "--word W [options]"
EXAMPLES = """
ns2vec explain --word paris --sg
ns2vec explain --word king --cbow --negative 3 --sampler uniform
ns2vec explain --word paris --sg --objective hierarchical_softmax
ns2vec explain --word paris --corpus corpus.txt --sg --objective nce --seed 7 --json

A small model is trained first, with one thread unless --workers says otherwise (and with --min-count 1 on
the generated corpus). Then the step is made at the learning rate --alpha in the first sentence that
has the word; for samplers that draw from a batch, this sentence is the batch. Skip-gram: the word is the
input, and its neighbour is predicted. CBOW: the word is predicted from its neighbours."""

FACTS_TYPES, FACTS_WORDS = 2000, 30_000
WIDTH = 100


def add_arguments(parser: Parser) -> None:
    """Add the options of ``explain``."""
    parser.add_argument("--word", required=True, metavar="W", help="the word to follow")
    parser.add_argument("--corpus", metavar="PATH", help="train on this text instead of the generated one")
    parser.add_argument("--json", action="store_true", help="write all figures as one JSON object")
    train_options.add_model_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Train, find a sentence, make the step and explain it."""
    corpus: Any = source_of(arguments)
    model = Word2Vec(**parameters_of(arguments))
    if model.hs and model.negative:
        raise UsageError("one objective is explained at a time: leave out --hs, or add --negative 0")
    model.build_vocab(corpus)
    sentence, place = find_sentence(model, corpus, arguments.word)
    model.train(corpus, total_words=model.corpus_total_words, epochs=model.epochs)
    rows = [model.wv.key_to_index[word] for word in sentence]
    centre = place
    if model.sg:  # the word is the input: its neighbour is the observed word
        centre = place + 1 if place + 1 < len(rows) else place - 1
    step = explain_step(
        model._make_network(), model._config(), rows, centre, model.wv.index_to_key,
        input_position=place if model.sg else None, epoch=model.epochs_trained,
    )  # fmt: skip
    if arguments.json:
        print_json({"sentence": sentence, **step.to_dict()})
    else:
        print("\n".join(tell(step, sentence)))
    return 0


def parameters_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """Options of training; by default one thread and, for the generated corpus, every word."""
    usual: dict[str, Any] = {"workers": 1, "progress": False}
    if arguments.corpus is None:
        usual["min_count"] = 1
    return {**usual, **train_options.model_parameters(arguments)}


def source_of(arguments: argparse.Namespace) -> Corpus:
    """The corpus that was named, or a small one made of facts."""
    if arguments.corpus is None:
        return open_corpus(facts_corpus(FACTS_TYPES, n_words=FACTS_WORDS).sentences())
    corpus = open_paths([arguments.corpus], "strict")
    if corpus.passes is not None:
        raise UsageError("a stream can be read only once: give a file as --corpus")
    return corpus


def find_sentence(model: Word2Vec, corpus: Corpus, word: str) -> tuple[list[Any], int]:
    """Return the known words of the first sentence with the word and another one, and the word's position."""
    known = model.wv.key_to_index
    if word not in known:
        raise VocabularyError(
            f"{word!r} is not among the {len(known):,} words of the vocabulary: "
            "choose another word, or lower --min-count"
        )
    for tokens in corpus.sentences():
        if word in tokens:
            sentence = [token for token in tokens if token in known]
            if len(sentence) > 1:
                return sentence, sentence.index(word)
    raise VocabularyError(f"{word!r} occurs in no sentence with another known word: choose another word")


# ---- text --------------------------------------------------------------------------------------------


def tell(step: Explanation, sentence: Sequence[str]) -> Iterator[str]:
    """The step, first in words, then in numbers."""
    shown = sentence if len(sentence) <= 30 else [*sentence[:30], "..."]
    yield from wrap(f"Sentence: {' '.join(shown)}")
    yield from wrap(f"Model: {step.architecture}, {step.objective}, learning rate {step.alpha:g}.")
    yield ""
    yield from wrap(meeting(step))
    yield from wrap(rule(step))
    yield ""
    yield from table(step)
    yield ""
    yield from moves(step)


def wrap(text: str) -> list[str]:
    """Lines that are not too long."""
    return textwrap.wrap(text, WIDTH)


def meeting(step: Explanation) -> str:
    """The inputs and the outputs of the step, in a sentence."""
    names = ", ".join(str(entry.word) for entry in step.inputs)
    if step.architecture == "cbow":
        names = f"The context {names} (input: {len(step.inputs)} vectors combined)"
    else:
        names = f"{names} (input)"
    if step.objective == "hierarchical_softmax":
        return f"{names} predicts {step.centre} (observed) by {step.n_outputs} decisions on its Huffman path."
    if not step.negative:
        others = f"all other words, {step.n_outputs:,} in total"
        return f"{names} is scored with {step.centre} (observed) and {others}."
    noise = [f"{entry.word} (noise{chance(entry)}{times(entry)})" for entry in step.outputs[1:]]
    kept = step.outputs[0].weight - 1
    seen = "observed" if kept == 0 else f"observed, and drawn {kept:.0f} times as noise"
    return f"{names} is scored with {step.centre} ({seen}) and {', '.join(noise) or 'no other noise'}."


def chance(entry: Output) -> str:
    """Probability of a noise word, if it is known."""
    return "" if entry.noise_probability is None else f", P = {entry.noise_probability:.4g}"


def times(entry: Output) -> str:
    """How often a noise word was drawn, if more than once."""
    return "" if entry.weight == 1 else f", drawn {entry.weight:.0f} times"


def rule(step: Explanation) -> str:
    """The targets, and the formulas of prediction and loss."""
    logit, note = "score", ""
    if any(entry.offset != 0 for entry in step.outputs):
        logit, note = "score - offset", " The offset is log(k P): how often noise is expected to be the word."
    if step.link == "softmax":
        return (
            f"Prediction: the word's share of exp({logit}) among all of them. "
            f"Loss: -log of the share of {step.centre}.{note}"
        )
    is_path = step.objective == "hierarchical_softmax"
    wanted = "1 where the path takes branch 0, else 0" if is_path else "1 for the observed word, 0 for noise"
    return (
        f"Prediction: sigma({logit}), where sigma(x) = 1 / (1 + exp(-x)). Target: {wanted}. "
        f"Loss: -log(prediction) if the target is 1, -log(1 - prediction) if it is 0.{note}"
    )


def table(step: Explanation) -> Iterator[str]:
    """Numbers of each output, and their loss."""
    with_offset = any(entry.offset != 0 for entry in step.outputs)
    head = f"{'':<22}{'target':>7}{'score':>10}{'->':>4}{'after':>10}"
    head += f"{'offset':>10}" if with_offset else ""
    yield f"{head}{'prediction':>12}{'->':>4}{'after':>8}{'loss':>10}"
    for entry in step.outputs:
        name = cut(name_of(entry), 20)
        line = f"{name:<22}{entry.label:>7.3g}{entry.score:>10.4f}{'->':>4}{entry.score_after:>10.4f}"
        line += f"{entry.offset:>10.4f}" if with_offset else ""
        line += f"{entry.prediction:>12.4f}{'->':>4}{entry.prediction_after:>8.4f}"
        yield f"{line}{entry.loss:>10.4f}"
    if len(step.outputs) < step.n_outputs:
        yield f"... and {step.n_outputs - len(step.outputs):,} words with smaller predictions"
    seen = step.outputs[0]
    if seen.word is not None and seen.prediction < seen.label and seen.score_after < seen.score:
        yield from wrap(
            f"The score of {seen.word} falls: the others push the input vector away from their own vectors, "
            f"and thereby away from {seen.word}, whose vector is similar to theirs."
        )
    yield f"The loss of the step is {step.loss:.6f}; if it were repeated, {step.loss_after:.6f}."


def moves(step: Explanation) -> Iterator[str]:
    """The lengths of the vectors before and after the step."""
    yield "Lengths of the vectors before and after the step:"
    entries: list[tuple[str, Any]] = [(f"input  {entry.word}", entry) for entry in step.inputs]
    entries += [(f"output {name_of(entry)}", entry) for entry in step.outputs]
    for name, entry in entries:
        yield f"  {cut(name, 28):<30}{entry.norm:>10.6f}  -> {entry.norm_after:>10.6f}"


def name_of(entry: Output) -> str:
    """The word of an output, or the number of its node in the Huffman tree."""
    return f"node {entry.row}" if entry.word is None else str(entry.word)


def cut(name: str, width: int) -> str:
    """A name, cut to the width."""
    return name if len(name) <= width else f"{name[: width - 3]}..."
