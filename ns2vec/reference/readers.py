"""Which inputs are trained with which centre: one function per reader."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


@dataclass
class Place:
    """A centre and the positions of its inputs.

    Attributes
    ----------
    centre : int
    positions : list of int
        Of the inputs, among all units of the chunk.
    reached : range
        Positions that this place is the first to need, or that were needed before, without gaps.
    tags : list of (position among the tags of the chunk, tag)
    needed_from, first_tag : int
        Later places need no positions, or tags, before these.
    weight : float
    at : int or None
        Position of the centre, if it is one of the units of the chunk.
    """

    centre: int
    positions: list[int] = field(default_factory=list)
    reached: range = range(0)
    tags: list[tuple[int, int]] = field(default_factory=list)
    needed_from: int = 0
    first_tag: int = 0
    weight: float = 1.0
    at: int | None = None


def numbered(tags: list[int], first: int) -> list[tuple[int, int]]:
    """Tags of a sentence, with positions that no other sentence has."""
    return [(first * 1000 + i, tag) for i, tag in enumerate(tags)]


def read_windows(
    window: int, words: list[int], reaches: list[int], tags: list[int], first: int
) -> list[Place]:
    """The words around each word of a sentence that begins at `first`, and the sentence's tags."""
    places = []
    for t, centre in enumerate(words):
        start, stop = max(0, t - reaches[t]), min(len(words), t + reaches[t] + 1)
        around = [first + p for p in range(start, stop) if p != t]
        place = Place(centre, around, range(first + start, first + stop), numbered(tags, first))
        place.needed_from, place.first_tag, place.at = first + max(0, t - window), first * 1000, first + t
        places.append(place)
    return places


def read_tags(window: int, words: list[int], reaches: list[int], tags: list[int], first: int) -> list[Place]:
    """The tags of the sentence alone."""
    return [Place(centre, tags=numbered(tags, first), first_tag=first * 1000) for centre in words]


def read_pairs(
    inputs: Sequence[Sequence[int]], centres: Sequence[int], weights: Sequence[float] | None
) -> list[Place]:
    """The inputs that were passed with each centre."""
    places, end = [], 0
    for number, (units, centre) in enumerate(zip(inputs, centres, strict=True)):
        start, end = end, end + len(units)
        weight = 1.0 if weights is None else weights[number]
        places.append(
            Place(centre, list(range(start, end)), range(start, end), needed_from=start, weight=weight)
        )
    return places


#: Name -> function, as in `ns2vec._kernels.READERS`.
READERS: dict[str, Callable[..., list[Place]]] = {
    "windows": read_windows,
    "tags": read_tags,
    "pairs": read_pairs,
}
