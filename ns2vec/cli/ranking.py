"""``ns2vec evaluate --ranking``: the quality of recommendations by vectors of users and items."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

import numpy as np

from ns2vec._typing import Embedding, FloatArray
from ns2vec.cli.common import command_line, key_options, load_vectors, names_of_files, print_json, say
from ns2vec.cli.parsing import UsageError
from ns2vec.evaluation.baselines import Shortfall, read_baseline, write_baseline
from ns2vec.evaluation.ranking import (
    Factors,
    RankingEvaluation,
    RankingSettings,
    Scorer,
    evaluate_ranking,
    popularity,
)
from ns2vec.evaluation.ranking.reports import html_report, markdown, table
from ns2vec.evaluation.statistics import Resampling
from ns2vec.exceptions import FormatError
from ns2vec.formats import open_for_write
from ns2vec.recommend import read_interactions


def run_ranking(arguments: argparse.Namespace) -> int:
    """Rank all items for the users of the test file.

    Raises
    ------
    UsageError
        If files are missing, or other evaluations are requested as well.
    """
    if arguments.train is None or arguments.test is None:
        raise UsageError("--ranking needs --train FILE and --test FILE")
    if len(arguments.vectors) % 2:
        raise UsageError("--ranking takes pairs of files: vectors of users, then of items")
    words = ("suite", "analogies", "pairs", "categories", "facts", "health", "stability", "post")
    if asked := [name for name in words if getattr(arguments, name)]:
        raise UsageError(f"--ranking ranks items; leave out --{asked[0]}")
    baseline = read_baseline(arguments.baseline) if arguments.baseline else None
    evaluation = _evaluate(arguments)
    scores = evaluation.scores()
    names = evaluation.models[:-1]  # no baseline for popularity
    failed = [
        (name, one) for name in names for one in (baseline.shortfalls(scores[name]) if baseline else [])
    ]
    command = command_line("evaluate", [*arguments.vectors, "--ranking"])
    _print(arguments, evaluation, failed)
    if arguments.html:
        with open_for_write(arguments.html, "w", encoding="utf-8") as out:
            out.write(html_report(evaluation, command=command))
    if arguments.write_baseline:
        write_baseline(arguments.write_baseline, command, scores[names[0]])
    for model, shortfall in failed:
        say(f"{model}: below the baseline: {shortfall}")
    return 1 if failed else 0


def _evaluate(arguments: argparse.Namespace) -> RankingEvaluation:
    options = key_options(arguments)
    loaded = [load_vectors(path, arguments.format, arguments.limit, **options) for path in arguments.vectors]
    users, items = loaded[::2], loaded[1::2]
    user_keys, item_keys = _common(users), _common(items)
    known, wanted = (_matrix(path, user_keys, item_keys) for path in (arguments.train, arguments.test))
    models: dict[str, Scorer] = {}
    names = names_of_files(arguments.vectors[::2]).values()
    for name, of_users, of_items in zip(names, users, items, strict=True):
        widths = of_users.vectors.shape[1], of_items.vectors.shape[1]
        if widths[0] != widths[1]:
            raise FormatError(f"{name}: users have {widths[0]} dimensions, but items have {widths[1]}")
        models[name] = Factors(_vectors(of_users, user_keys), _vectors(of_items, item_keys))
    settings = RankingSettings(
        f"{arguments.train}, {arguments.test}",
        tuple(arguments.lists),
        arguments.ties,
        Resampling(arguments.draws, arguments.seed),
    )
    return evaluate_ranking({**models, "popularity": popularity(known)}, known, wanted, settings=settings)


def _common(vectors: Sequence[Embedding]) -> list[str]:
    """Return the keys that all models have, in the order of the first."""
    return [key for key in vectors[0].index_to_key if all(key in one.key_to_index for one in vectors[1:])]


def _vectors(embedding: Embedding, keys: Sequence[str]) -> FloatArray:
    rows = [embedding.key_to_index[key] for key in keys]
    return np.asarray(embedding.vectors[rows])


def _matrix(path: str, user_keys: Sequence[str], item_keys: Sequence[str]) -> Any:
    """Return the interactions of a file whose users and items have vectors."""
    data = read_interactions(path).onto(user_keys, item_keys)
    kept = data.take((data.users < len(user_keys)) & (data.items < len(item_keys)))
    if not len(kept):
        raise FormatError(f"{path}: no line has both a user and an item with vectors; are the keys the same?")
    if len(kept) < len(data):
        say(f"{path}: {len(data) - len(kept)} of {len(data)} lines are left out: no vector for user or item")
    return kept.matrix()[: len(user_keys), : len(item_keys)]


def _print(
    arguments: argparse.Namespace, evaluation: RankingEvaluation, failed: Sequence[tuple[str, Shortfall]]
) -> None:
    if arguments.json:
        below = [f"{model}: {shortfall}" for model, shortfall in failed]
        print_json({**evaluation.as_dict(), "below_baseline": below})
    else:
        show = markdown if arguments.markdown else table
        print(show(evaluation, sections=arguments.sections), flush=True)
