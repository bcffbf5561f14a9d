"""Trials of each candidate, before the runs: its speed, its memory, and the time for evaluating its model."""

from __future__ import annotations

import logging
import time
from dataclasses import replace

import numpy as np

from ns2vec.comparison.candidates import Candidate
from ns2vec.comparison.held_out import log_noise
from ns2vec.comparison.memory import BatchMemory, count_batch_memory, expected_batch_memory
from ns2vec.comparison.runs import make_model, measure_speed
from ns2vec.comparison.setting import Looks, Setting
from ns2vec.corpus import MAX_SENTENCE_WORDS
from ns2vec.exceptions import ConfigError
from ns2vec.models.word2vec import Word2Vec
from ns2vec.training.blas import blas_threads

logger = logging.getLogger(__name__)

TRIAL_SHARE, LONGEST_TRIAL = 0.1, 1.0  # of the budget for all, seconds for each
N_WINDOWS = 60
WINDOW_FLOATS = 200_000_000  # weights that are compared while windows are counted


def measure_speeds(setting: Setting, budget: float | None, seed: int) -> None:
    """Fill in the speed of each candidate, and the time for evaluating a model."""
    found = setting.found
    seconds = LONGEST_TRIAL if budget is None else min(LONGEST_TRIAL, TRIAL_SHARE * budget / len(found))
    for place, (one, entry) in enumerate(found.items(), start=1):
        logger.info("measuring the speed of %s", one.name)
        setting.report(f"speed of {one.name} ({place} of {len(found)})")
        try:
            model = make_model(one, setting.text, setting.options, seed)
            sample = measure_speed(model, setting.text, seconds)
        except ConfigError as error:
            logger.info("%s left out: %s", one.name, error)
            found[one] = replace(entry, note=str(error))
            continue
        if one.outputs not in setting.looks:
            setting.looks[one.outputs] = _measured_looks(setting, model)
        counted, formula = _memory(setting, one, model)
        config = model._config()
        found[one] = replace(
            entry, sample=sample, full_words=setting.text.n_words * setting.epochs,
            pairs_per_word=_pairs_per_word(setting, model), batch_words=config.batch_words,
            workers=config.workers, memory=counted, memory_formula=formula,
        )  # fmt: skip


def _measured_looks(setting: Setting, model: Word2Vec) -> Looks:
    """Measure the time of evaluating the loss and the suites; F1 has as many questions as the loss."""
    setting.scores(model)  # reads questions, imports modules
    begun = time.perf_counter()
    setting.scores(model)
    between = time.perf_counter()
    setting.held_out.loss(model)
    seconds = time.perf_counter() - between
    return Looks(seconds, 2.0 * seconds, between - begun, setting.epochs)


def _pairs_per_word(setting: Setting, model: Word2Vec) -> float:
    """Expected (input, centre) pairs per word of text: windows of CBOW, contexts of skip-gram.

    Counted on the held-out sentences, which are subsampled like those of training; a window reaches to
    distance j with probability (window - j + 1) / window, or 1 without shrinking.
    """
    lengths = np.array([len(sentence) for sentence in setting.held_out.sentences], dtype=np.float64)
    if model._spec.pooled:
        return float(lengths.sum() / setting.text.n_held_out)
    n_pairs = 0.0
    for distance in range(1, model.window + 1):
        reach = (model.window - distance + 1) / model.window if model.shrink_windows else 1.0
        n_pairs += 2.0 * reach * float(np.maximum(lengths - distance, 0.0).sum())
    return n_pairs / setting.text.n_held_out


def _memory(setting: Setting, one: Candidate, model: Word2Vec) -> tuple[BatchMemory, BatchMemory]:
    """Counted and computed memory of a batch; the weights of the model are overwritten."""
    config = model._config()
    network = model._make_network()
    rng = np.random.default_rng(0)
    for outputs in network.weights()[1:]:  # inputs do not move if the outputs are zero, as initial ones are
        outputs.padded[:, : config.vector_size] = rng.normal(
            scale=0.1, size=(len(outputs.padded), config.vector_size)
        )
    kernel = network.kernel(config, setting.text.n_words)
    max_words = 2 * config.batch_words + 2 * MAX_SENTENCE_WORDS
    n_windows = int(np.clip(WINDOW_FLOATS // network.inputs.rows.padded.size, 10, N_WINDOWS))
    windows = setting.held_out.windows(n_windows)
    log_q = log_noise(model) if one.outputs == "sampled" else None
    formula = expected_batch_memory(
        kernel, max_words, windows, objective=one.objective, counts=setting.text.counts,
        q=None if log_q is None else np.exp(log_q), vector_size=config.vector_size,
    )  # fmt: skip
    with blas_threads(1):
        return count_batch_memory(network, kernel, max_words, windows), formula
