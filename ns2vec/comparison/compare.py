"""`compare`: every candidate under equal settings, within a budget of seconds."""

from __future__ import annotations

import logging
import math
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from ns2vec._build_info import __version__, build_info
from ns2vec._options import number
from ns2vec._typing import Int32Array
from ns2vec.comparison.candidates import REFERENCE, Candidate, make_candidates
from ns2vec.comparison.plan import DEFAULT_BUDGET, REFERENCE_SHARE, Load, TextPlan, TimeTable, make_plan
from ns2vec.comparison.recorded import record_scores
from ns2vec.comparison.results import CandidateResult, CandidateRun, Comparison
from ns2vec.comparison.runs import Clock, do_nothing, make_model, train
from ns2vec.comparison.setting import Setting, read_setting
from ns2vec.comparison.text import Text, check_share
from ns2vec.comparison.trials import measure_speeds
from ns2vec.corpus import END
from ns2vec.evaluation.suites import Suite
from ns2vec.exceptions import ConfigError, DivergenceError
from ns2vec.ledger import RunLedger
from ns2vec.models.word2vec import Word2Vec
from ns2vec.reports.tables import now
from ns2vec.training.blas import blas_threads

logger = logging.getLogger(__name__)

LOOKING_SHARE = 0.4  # of the time, at most, for evaluation; beyond, the loss is measured once per epoch
END_SECONDS = 0.05  # share of the budget that is kept for the work after the runs


def compare(
    corpus: Any,
    candidates: Sequence[Candidate] | None = None,
    *,
    budget: float | None = DEFAULT_BUDGET,
    seeds: Sequence[int] = (1, 2, 3),
    held_out: float = 0.05,
    reference_share: float = REFERENCE_SHARE,
    suites: Sequence[str | Suite] = (),
    data_dir: Any = None,
    price_per_hour: float | None = None,
    name: str = "",
    on_progress: Callable[[str], None] = do_nothing,
    runs: Any = None,
    **options: Any,
) -> Comparison:
    """Train objectives and samplers on a corpus with equal settings, and measure their costs and scores.

    1. Every `1 / held_out`-th sentence is set aside; the vocabulary is that of the whole corpus.
    2. The speed of each candidate is measured on a short sample.
    3. From this follows how much of the text fits into the budget (`ns2vec.comparison.plan`): the same amount
       for all candidates, except those that score every word. Times that were not measured on the whole text
       are extrapolated, and labelled so.
    4. Each candidate is trained with each seed, the quickest first and those that score every word last.
       With the first seed every candidate gets a run; if time is short, later seeds are left out. Time is
       that of training alone; the held-out loss is measured four times per epoch in addition. A run that
       would exceed its share of the budget is ended.
    5. The memory of a batch is counted, and calculated, on a trained model.

    Parameters
    ----------
    corpus : path, iterable of token sequences or Corpus
        As `sentences` of `ns2vec.Word2Vec`; read twice.
    candidates : sequence of Candidate, optional
        By default `make_candidates()`. Full softmax is added if it is missing: it is the reference.
    budget : float or None
        Seconds for everything; None: no limit.
    seeds : sequence of int
    held_out : float
        Share of the sentences to hold out, above 0 and at most 0.5.
    reference_share : float
        The largest share of the budget for full softmax if it cannot be trained on all of the text: above 0
        and below 1. The smaller it is, the more is left for the others.
    suites : sequence of str or Suite
        As in `ns2vec.evaluation.runner.evaluate_suites`.
    data_dir : path, optional
        Where the suites' files are.
    price_per_hour : float, optional
        Price of the machine, in any currency.
    name : str
        Name of the corpus.
    on_progress : callable, optional
        Called repeatedly as ``on_progress(doing)``, with a text such as ``"nce/unigram, seed 1 (2 of 12)"``.
    runs : path, optional
        Folder where the run of each candidate and seed writes a ledger (`ns2vec.ledger.RunLedger`), with its
        scores at the end. Its epochs are the stretches of text between two measurements of the held-out loss.
    **options
        Options of `ns2vec.Word2Vec`, except `objective`, `sampler`, `seed`, `hs`, `progress` and `callbacks`.

    Returns
    -------
    Comparison

    Raises
    ------
    ConfigError
        If an option is invalid.
    CorpusError
        If the corpus is too short or can be read only once.

    Examples
    --------
    >>> from ns2vec.comparison import compare, make_candidates
    >>> corpus = [["sun", "shines"], ["rain", "falls"], ["snow", "falls"]] * 60
    >>> found = compare(corpus, make_candidates(["negative_sampling"], ["unigram"]), seeds=[1], held_out=0.1,
    ...                 vector_size=8, min_count=1, epochs=2, workers=1, sample=0)
    >>> [entry.name for entry in found.candidates]
    ['softmax', 'negative_sampling/unigram']
    >>> abs(found.candidates[1].memory.total / found.candidates[1].memory_formula.total - 1) < 0.05
    True
    """
    started = time.perf_counter()
    chosen = _checked(candidates, budget, seeds, held_out, reference_share, price_per_hour, options)
    deadline = math.inf if budget is None else started + budget * (1.0 - END_SECONDS)
    setting = read_setting(
        corpus, options, held_out, suites, data_dir, deadline, reference_share, on_progress, runs
    )
    setting.found |= {one: CandidateResult(one.name, one.objective, one.sampler) for one in chosen}
    plan, seeds = _measure_and_train(setting, chosen, budget, seeds)
    text = setting.text
    return Comparison(
        corpus={"name": name or type(corpus).__name__, **_shape(text)},
        options={"epochs": setting.epochs, **{key: _plain(value) for key, value in options.items()}},
        seeds=list(seeds),
        text_words=_n_words(text.prefix(plan.text_words)),
        reference_words=_n_words(text.prefix(plan.exact_words)),
        candidates=tuple(setting.found.values()),
        notes=setting.notes(),
        budget=budget,
        seconds=time.perf_counter() - started,
        price_per_hour=price_per_hour,
        **_origin(),
    )


def _shape(text: Text) -> dict[str, int]:
    return {
        "n_words": text.n_words + text.n_held_out,
        "n_sentences": int((text.train == END).sum() + (text.held_out == END).sum()),
        "vocabulary": len(text.counts),
        "held_out_words": text.n_held_out,
    }


def _checked(
    candidates: Sequence[Candidate] | None, budget: float | None, seeds: Sequence[int], held_out: float,
    reference_share: float, price_per_hour: float | None, options: Mapping[str, Any],
) -> list[Candidate]:  # fmt: skip
    for name in ("objective", "sampler", "seed", "hs", "progress", "callbacks"):
        if name in options:
            raise ConfigError(f"{name} differs between the runs of a comparison: leave it out")
    for name, value in (("budget", budget), ("price_per_hour", price_per_hour)):
        if value is not None and number(name, value) <= 0.0:
            raise ConfigError(f"{name} must be a number above 0, got {value!r}")
    check_share(held_out)
    if not 0.0 < number("reference_share", reference_share) < 1.0:
        raise ConfigError(f"reference_share must be above 0 and below 1, got {reference_share!r}")
    if not seeds:
        raise ConfigError("seeds must name at least one seed, got none")
    given = make_candidates() if candidates is None else list(candidates)
    return list(dict.fromkeys([Candidate(REFERENCE), *given]))


def _measure_and_train(
    setting: Setting, chosen: list[Candidate], budget: float | None, seeds: Sequence[int]
) -> tuple[TextPlan, Sequence[int]]:
    """Fill in the results; return the amount of text for each kind of candidate, and the seeds trained."""
    # BLAS threads that wait for each other are slow on a busy machine
    with blas_threads(1):
        measure_speeds(setting, budget, seeds[0])
        trainable = [one for one in chosen if not setting.found[one].note]
        seeds = _affordable(setting, seeds, trainable)
        plan = _plan(setting, trainable, len(seeds))
        _run_all(setting, trainable, plan, seeds)
    return plan, seeds


def _affordable(setting: Setting, seeds: Sequence[int], chosen: list[Candidate]) -> Sequence[int]:
    """Measure less often, then leave out seeds, if evaluation would take most of the time."""
    allowed = LOOKING_SHARE * (setting.deadline - time.perf_counter())
    for looks in setting.looks.values():
        looks.fit(allowed / (len(seeds) * len(chosen)))
    look_seconds = sum(setting.looks[one.outputs].seconds for one in chosen)
    n_seeds = int(np.clip(allowed / max(look_seconds, 1e-9), 1, len(seeds)))
    if n_seeds < len(seeds):
        setting.note(f"the budget is enough for {n_seeds} of {len(seeds)} seeds")
    return seeds[:n_seeds]


def _plan(setting: Setting, chosen: list[Candidate], n_seeds: int) -> TextPlan:
    loads = [Load(1.0 / setting.found[one].seconds_per_word, one.outputs == "all") for one in chosen]
    seconds = setting.deadline - time.perf_counter()
    looks = [setting.looks[one.outputs] for one in chosen]
    plan = make_plan(
        loads, n_words=setting.text.n_words, epochs=setting.epochs, n_seeds=n_seeds, seconds=seconds,
        look_seconds=statistics.fmean(each.seconds for each in looks),
        f1_seconds=statistics.fmean(each.f1_seconds for each in looks),
        reference_share=setting.reference_share,
    )  # fmt: skip
    if plan.text_words < setting.text.n_words:
        setting.note(
            f"the budget is enough for {plan.text_words:,} of {setting.text.n_words:,} words of text: "
            "times of whole trainings are extrapolated"
        )
    if plan.is_split:
        setting.note(
            f"full softmax was trained on {plan.exact_words:,} words of text: its time is extrapolated, and "
            "F1 of all candidates is that of training on these words"
        )
    return plan


def _run_all(setting: Setting, chosen: list[Candidate], plan: TextPlan, seeds: Sequence[int]) -> None:
    """Train all candidates seed by seed, so that a short budget costs seeds, not candidates."""
    costs = {one: _cost(setting, one, plan) for one in chosen}
    order = sorted(chosen, key=lambda one: (one.outputs == "all", costs[one]))
    table = _time_table(setting, chosen, plan, len(seeds))
    for seed in seeds:
        late = []
        for place, one in enumerate(order):
            started, is_exact = time.perf_counter(), one.outputs == "all"
            if started > setting.deadline and seed != seeds[0]:
                late.append(one.name)
                continue
            until = table.until(started, [costs[other] for other in order[place:]], is_exact=is_exact)
            tick = partial(setting.report, f"{one.name}, seed {seed} ({place + 1} of {len(order)})")
            try:
                run = _run_with_f1(setting, one, plan, seed, until, tick)
                entry = setting.found[one]
                setting.found[one] = replace(entry, runs=(*entry.runs, run))
            except DivergenceError as error:
                setting.note(str(error), f"{one.name} with seed {seed}")
            if is_exact:
                table.take_exact(time.perf_counter() - started)
        if late:
            setting.note(f"the budget ended before seed {seed} of {', '.join(late)}")


def _time_table(setting: Setting, chosen: list[Candidate], plan: TextPlan, n_seeds: int) -> TimeTable:
    """Full softmax has its share if it cannot have all of the text, otherwise what the others leave."""
    n_exact = sum(one.outputs == "all" for one in chosen)
    seconds = math.inf
    if plan.exact_words < setting.text.n_words and n_exact < len(chosen):
        seconds = setting.reference_share * max(0.0, setting.deadline - time.perf_counter())
    return TimeTable(setting.deadline, seconds, n_exact * n_seeds)


def _cost(setting: Setting, one: Candidate, plan: TextPlan) -> float:
    """Expected seconds of a run, including the evaluation of its model."""
    is_exact, looks = one.outputs == "all", setting.looks[one.outputs]
    n_words, seconds = plan.exact_words if is_exact else plan.text_words, looks.seconds
    if plan.is_split and not is_exact:
        n_words, seconds = n_words + plan.exact_words, seconds + looks.f1_seconds
    return seconds + n_words * setting.epochs * setting.found[one].seconds_per_word


def _run_with_f1(
    setting: Setting, one: Candidate, plan: TextPlan, seed: int, until: float, tick: Callable[[], None]
) -> CandidateRun:
    """One run, and if the exact candidates have less text, before it another run on as much, for F1."""
    n_words = plan.exact_words if one.outputs == "all" else plan.text_words
    logger.info("%s, seed %d, %d words", one.name, seed, n_words)
    tick()
    clock = partial(Clock, deadline=until, tick=tick)
    if not plan.is_split or one.outputs == "all":
        return _run(setting, one, setting.text.prefix(n_words), seed, clock())
    short = _run(setting, one, setting.text.prefix(plan.exact_words), seed, clock(), with_scores=False)
    run = _run(setting, one, setting.text.prefix(n_words), seed, clock())
    return replace(run, f1=short.f1)


def _run(
    setting: Setting, one: Candidate, rows: Int32Array, seed: int, clock: Clock, with_scores: bool = True
) -> CandidateRun:
    model = make_model(one, setting.text, setting.options, seed)
    expected = len(rows) * setting.epochs * setting.found[one].seconds_per_word
    curve: list[tuple[int, float]] = []

    def look(trained: Word2Vec, n_slices: int) -> None:
        curve.append((n_slices, setting.held_out.loss(trained)))

    if with_scores:
        clock.look = look
    is_recorded = with_scores and setting.runs is not None
    ledger = RunLedger(setting.runs, name=f"{one.name}, seed {seed}") if is_recorded else None
    done = train(
        model, rows, epochs=setting.epochs, clock=clock, pieces=setting.looks[one.outputs].pieces,
        seconds_expected=expected, observers=[] if ledger is None else [ledger],
    )  # fmt: skip
    slices_per_epoch = max(1, round(clock.n_slices / max(done.share, 1e-9) / setting.epochs))
    if done.share < 1.0:
        if with_scores and curve[-1][0] != clock.n_slices:
            look(model, clock.n_slices)
        logger.info("%s with seed %d: stopped by the budget after %.0f %%", one.name, seed, 100 * done.share)
    is_over = time.perf_counter() > setting.deadline
    found = CandidateRun(
        seed=seed, text_words=_n_words(rows), n_words=done.n_words, n_trained=done.n_trained,
        seconds=done.seconds, cpu_seconds=done.cpu_seconds, share=done.share,
        curve=[(n_slices / slices_per_epoch, loss) for n_slices, loss in curve],
        f1=math.nan if done.share < 1.0 or is_over else setting.held_out.f1(model),
        scores=setting.scores(model) if with_scores and done.share == 1.0 and not is_over else {},
    )  # fmt: skip
    if ledger is not None:
        record_scores(ledger, found)
    return found


def _n_words(rows: Int32Array) -> int:
    return int((rows != END).sum())


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool | int | float | str | type(None)) else str(value)


def _origin() -> dict[str, Any]:
    """Return where and when a comparison was made, and by which version."""
    built = build_info()
    machine = {"processor": platform.machine(), "isa": built["isa"], "compiler": built["compiler"]}
    return {"machine": machine, "made": now(), "version": __version__}
