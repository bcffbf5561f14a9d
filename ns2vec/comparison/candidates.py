"""The candidates: objectives, combined with samplers if they draw negatives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ns2vec.exceptions import ConfigError
from ns2vec.objectives import OBJECTIVES, choose_objective
from ns2vec.sampling import SAMPLERS, make_sampler

#: The objective that the others are compared with.
REFERENCE = "softmax"

USUAL_OBJECTIVE = "negative_sampling"
USUAL_SAMPLER = "unigram"


@dataclass(frozen=True)
class Candidate:
    """An objective with its sampler.

    Attributes
    ----------
    objective : str
        A name of `ns2vec.objectives.OBJECTIVES`.
    sampler : str or None
        As `sampler` of `ns2vec.Word2Vec`; None if nothing is drawn.
    """

    objective: str
    sampler: str | None = None

    @property
    def name(self) -> str:
        """The name in reports: the objective, and its sampler after a slash."""
        return self.objective if self.sampler is None else f"{self.objective}/{self.sampler}"

    @property
    def outputs(self) -> str:
        """Return the kind of output set: ``"sampled"``, ``"path"`` or ``"all"``."""
        return choose_objective(self.objective, 0).outputs


def plain_samplers() -> list[str]:
    """Return the samplers of the registry that need no options.

    Examples
    --------
    >>> from ns2vec.comparison.candidates import plain_samplers
    >>> "unigram" in plain_samplers(), "pool" in plain_samplers()
    (True, False)
    """
    found = []
    for name in SAMPLERS:
        try:
            make_sampler(name)
        except ConfigError:
            continue
        found.append(name)
    return found


def make_candidates(
    objectives: Sequence[str] | None = None, samplers: Sequence[str] | None = None
) -> list[Candidate]:
    """Combine objectives and samplers; full softmax is always included, and first.

    Parameters
    ----------
    objectives : sequence of str, optional
        By default all in the registry.
    samplers : sequence of str, optional
        By default all in the registry that need no options.

    Returns
    -------
    list of Candidate
        Every objective with every sampler if both are given. If one is not, each of its
        entries occurs once: all objectives with the first sampler, all samplers with the first objective
        that draws, so that the number of runs is a sum and not a product.

    Raises
    ------
    ConfigError
        If a name is unknown or an option of a sampler is.

    Examples
    --------
    >>> from ns2vec.comparison import make_candidates
    >>> [candidate.name for candidate in make_candidates(["nce"], ["unigram", "uniform"])]
    ['softmax', 'nce/unigram', 'nce/uniform']
    """
    is_product = objectives is not None and samplers is not None
    wanted = list(OBJECTIVES) if objectives is None else list(objectives)
    drawn_from = plain_samplers() if samplers is None else list(samplers)
    for sampler in drawn_from:
        make_sampler(sampler)
    sampled = [name for name in wanted if choose_objective(name, 0).outputs == "sampled"]
    first_objective = USUAL_OBJECTIVE if USUAL_OBJECTIVE in sampled else next(iter(sampled), None)
    first_sampler = USUAL_SAMPLER if USUAL_SAMPLER in drawn_from else next(iter(drawn_from), None)
    found = [Candidate(REFERENCE)]
    for objective in wanted:
        if objective not in sampled:
            found.append(Candidate(objective))
            continue
        every = is_product or objective == first_objective
        found += [Candidate(objective, name) for name in drawn_from if every or name == first_sampler]
    return list(dict.fromkeys(found))
