"""One call from a corpus (or counts) and options to words, pairs, bytes, operations and seconds."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from ns2vec._options import number, whole
from ns2vec._typing import Int64Array, PathLike, Sentences
from ns2vec.calculator.calibration import SECONDS, Calibration, measure_speed
from ns2vec.calculator.clusters import DEFAULT_NETWORK, ClusterEstimate, cluster_estimate
from ns2vec.calculator.memory import memory_parts
from ns2vec.calculator.shape import CorpusShape, shape_of_corpus, shape_of_counts
from ns2vec.calculator.work import Expected, OutputWork, expect_windows, outputs_of
from ns2vec.corpus import open_corpus, open_corpus_file
from ns2vec.exceptions import ConfigError
from ns2vec.sampling import make_sampler
from ns2vec.training.config import TrainingConfig, parse_memory
from ns2vec.training.spec import alone

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Estimate:
    """What a training run is expected to take; amounts of work are for one epoch.

    Attributes
    ----------
    objectives : list of str
        The objectives that are trained.
    n_words, n_types, vocabulary : int
        Words and distinct words of the corpus; words of the vocabulary.
    trained_words : int
        Known words that are left after subsampling.
    windows : int
        Centre words with a context.
    positives : int
        (context, centre) pairs with skip-gram, windows with CBOW.
    negatives_drawn : int
        Noise words drawn: k per window if they are shared, otherwise k per pair.
    scored_pairs : int
        Scores computed: each input row with each of its output rows.
    flop : int
        Floating-point operations: 6 D per scored pair (the score and both updates), and with CBOW 3 D per
        context word (its part in the mean, and its update).
    epochs : int
    parameters : int
        Weights that are trained.
    memory : dict of str to int
        Bytes of anonymous memory during training, by part.
    memory_total : int
        Their sum.
    seconds : dict of str to float, or None
        ``counting`` (of a corpus), ``setup`` (weights and tables) and ``training``, all epochs;
        None without calibration.
    words_per_second : float or None
        Measured speed: words of the corpus, all threads together.
    assumptions : list of str
        What had to be assumed.
    cluster : ClusterEstimate or None
        What workers of a cluster would take, computed.
    """

    objectives: list[str]
    n_words: int
    n_types: int
    vocabulary: int
    trained_words: int
    windows: int
    positives: int
    negatives_drawn: int
    scored_pairs: int
    flop: int
    epochs: int
    parameters: int
    memory: dict[str, int]
    memory_total: int
    seconds: dict[str, float] | None
    words_per_second: float | None
    assumptions: list[str]
    cluster: ClusterEstimate | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers, lists and dicts, ready for JSON."""
        return asdict(self)


def estimate(
    corpus: Sentences | PathLike | None = None,
    *,
    corpus_file: PathLike | None = None,
    counts: Mapping[Any, int] | Sequence[int] | Int64Array | None = None,
    sentence_words: float | None = None,
    objective: str | None = None,
    max_final_vocab: int | None = None,
    calibrate: bool = True,
    calibration_seconds: float | None = None,
    cluster_workers: int | None = None,
    network: str = DEFAULT_NETWORK,
    **options: Any,
) -> Estimate:
    """Estimate what training on a corpus, or on a vocabulary with these counts, will take.

    Parameters
    ----------
    corpus, corpus_file
        As `sentences` and `corpus_file` of `ns2vec.Word2Vec`; read twice, not kept.
    counts : mapping of word -> count, or list of counts, optional
        Instead of a corpus: how often each word occurs, before `min_count`.
    sentence_words : float, optional
        With `counts`: mean length of a sentence; by default 20.
    objective, max_final_vocab
        As in `ns2vec.Word2Vec`.
    calibrate : bool
        Measure how fast this machine trains. This takes about two seconds and the memory of the weights, at
        most 512 MiB per matrix. Without it there are no seconds.
    calibration_seconds : float, optional
        How long to measure; by default 1.5.
    cluster_workers : int, optional
        Also compute what this many workers of a cluster would take.
    network : str
        Speed of the network between them: ``"10Gbit"``, ``"100Mbit"``.
    **options
        The other options of `ns2vec.Word2Vec`, with the same defaults: `vector_size`, `window`,
        `negative`, `sg`, `workers`, `epochs`, ...

    Returns
    -------
    Estimate

    Raises
    ------
    ConfigError
        If an option is invalid; the message names it.
    CorpusError
        If the corpus cannot be read twice.
    VocabularyError
        If no word is left.
    TypeError
        If not exactly one of `corpus`, `corpus_file` and `counts` is given, or an option is unknown.

    Examples
    --------
    >>> from ns2vec.calculator import estimate
    >>> found = estimate(counts=[1000, 500, 250, 250], sample=0, sg=1, sentence_words=10, calibrate=False)
    >>> found.trained_words, found.positives, found.negatives_drawn, found.scored_pairs
    (2000, 9200, 10000, 55200)
    >>> found.parameters, found.flop
    (800, 33120000)
    >>> found.to_dict()["positives"]
    9200
    """
    config = _config(objective, options)
    seconds = SECONDS
    if calibration_seconds is not None:
        seconds = number("calibration_seconds", calibration_seconds, 0)
    shape = _shape(corpus, corpus_file, counts, config, sentence_words, max_final_vocab)
    logger.info("%d words of %d types, %d in the vocabulary", shape.n_words, shape.n_types, len(shape.counts))
    calibration = None
    if calibrate:
        logger.info("measuring the speed of %d threads", config.workers)
        calibration = measure_speed(shape, config, seconds)
    found = _summary(shape, config, calibration)
    if cluster_workers is None:
        return found
    outputs = outputs_of(shape, config, expect_windows(shape, config))
    speed = None if calibration is None else calibration.words_per_second / config.workers
    cluster = cluster_estimate(shape, config, outputs, found.memory, speed, cluster_workers, network)
    return replace(found, cluster=cluster)


def _summary(shape: CorpusShape, config: TrainingConfig, calibration: Calibration | None) -> Estimate:
    """All figures, from the corpus, the options and the measured speed."""
    expected, targets = expect_windows(shape, config), config.spec(len(shape.counts)).targets
    outputs = outputs_of(shape, config, expected)
    memory = memory_parts(shape, config, outputs)
    return Estimate(
        objectives=[target.objective.name or str(config.objective) for target in targets],
        n_words=shape.n_words,
        n_types=shape.n_types,
        vocabulary=len(shape.counts),
        trained_words=round(expected.n_trained),
        windows=round(expected.n_windows),
        positives=round(expected.n_inputs(config)),
        negatives_drawn=round(sum(output.n_drawn for output in outputs)),
        scored_pairs=round(sum(output.n_scored for output in outputs)),
        flop=round(flop_of(config, expected, outputs)),
        epochs=config.epochs,
        parameters=len(shape.counts) * config.vector_size * (1 + len(outputs)),
        memory=memory,
        memory_total=sum(memory.values()),
        seconds=None if calibration is None else _seconds(shape, config, calibration),
        words_per_second=None if calibration is None else calibration.words_per_second,
        assumptions=_assumptions(shape, config, calibration),
    )


def flop_of(config: TrainingConfig, expected: Expected, outputs: Sequence[OutputWork]) -> float:
    """Floating-point operations of one epoch."""
    n_scored = sum(output.n_scored for output in outputs)
    n_gathered = expected.n_pairs if config.spec().pooled else 0.0
    return config.vector_size * (6.0 * n_scored + 3.0 * n_gathered)


def _config(objective: str | None, options: dict[str, Any]) -> TrainingConfig:
    known = {field.name for field in fields(TrainingConfig)}
    for name in options:
        if name not in known:
            raise TypeError(
                f"estimate() got an unknown option {name!r}: expected one of {', '.join(sorted(known))}"
            )
    values = dict(options)
    if objective is not None:
        hs, negative = alone(objective, 0, values.get("negative", 5))
        values |= {"objective": objective, "hs": hs, "negative": negative}
    if "sampler" in values:
        values["sampler"] = make_sampler(values["sampler"])
    if "corpus_memory" in values:
        values["corpus_memory"] = parse_memory(values["corpus_memory"])
    config = TrainingConfig(**values)
    if not config.spec().targets:
        raise ConfigError(
            "negative is 0 and hs is off, so there is nothing to train: set negative to 5 or hs to 1"
        )
    return config


def _shape(
    corpus: Any, corpus_file: Any, counts: Any, config: TrainingConfig,
    sentence_words: float | None, max_final_vocab: int | None,
) -> CorpusShape:  # fmt: skip
    given = [corpus is not None, corpus_file is not None, counts is not None]
    if sum(given) != 1:
        raise TypeError(f"give exactly one of corpus, corpus_file and counts, got {sum(given)} of them")
    if max_final_vocab is not None:
        max_final_vocab = whole("max_final_vocab", max_final_vocab, 1)
    if counts is not None:
        return shape_of_counts(counts, config, sentence_words=sentence_words, max_final_vocab=max_final_vocab)
    if sentence_words is not None:
        raise ConfigError("sentence_words needs counts: the sentences of a corpus are measured")
    opened = open_corpus(corpus) if corpus_file is None else open_corpus_file(corpus_file)
    return shape_of_corpus(opened, config, max_final_vocab=max_final_vocab)


def _seconds(shape: CorpusShape, config: TrainingConfig, calibration: Calibration) -> dict[str, float]:
    """Seconds of a whole run: counting once, then training, and what is read again in each epoch."""
    epoch = shape.n_words / calibration.words_per_second
    if shape.read_seconds is not None and not (shape.is_file and config.corpus_memory):
        # only one thread at a time reads, while the others train
        epoch = max(shape.read_seconds, epoch + shape.read_seconds / config.workers)
    seconds = {} if shape.count_seconds is None else {"counting": shape.count_seconds}
    return seconds | {"setup": calibration.setup_seconds, "training": epoch * config.epochs}


def _assumptions(shape: CorpusShape, config: TrainingConfig, calibration: Calibration | None) -> list[str]:
    found = list(shape.assumptions)
    if not shape.is_file:
        found.append("the sentences themselves take no memory")
    if shape.count_seconds is None and calibration is not None:
        found.append("no time for counting the words")
    if config.shards is not None and calibration is not None:
        found.append("speed as without shards, which take no time to merge")
    if calibration is not None and calibration.n_rows < len(shape.counts):
        found.append(f"speed measured with the {calibration.n_rows} most frequent words")
    return found
