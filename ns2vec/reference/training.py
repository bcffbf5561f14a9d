"""Windows and pairs, and their output sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ns2vec.reference import cuts
from ns2vec.reference.readers import READERS, Place
from ns2vec.reference.runs import train_runs
from ns2vec.reference.samplers import Draw, Request
from ns2vec.reference.sides import Live, Side
from ns2vec.reference.steps import squared, step_window
from ns2vec.reference.streams import NOISE, WINDOWS, Stream
from ns2vec.reference.targets import OutputSpec, Sampled, Target

STREAMS = 8  # from the noise stream of one target to that of the next


@dataclass
class Model:
    """Arrays and options of a training run, as the kernels take them, but in float64.

    Attributes
    ----------
    inputs : Side
    targets : list of Target
    tags : Side or None
    reader : str
        A name of `READERS`.
    pooled : bool or "concat"
        The mean (or sum) of all inputs is trained on the outputs, instead of each input; or all of them
        concatenated.
    null_row : int
        The input that is concatenated for positions beyond the sentence.
    batch_words, pool_size, pool_draw
        Number of words of a batch; number of rows drawn to represent it, and their sampler.
    keep : ndarray of shape (V,), uint32, or None
    run_words : int
        Words of a document that are trained together, if its tags are the only inputs.
    run_negative : int
        Negatives that they draw; 0: as many as for one word.
    """

    inputs: Side
    targets: list[Target]
    tags: Side | None = None
    reader: str = "windows"
    pooled: bool | str = False
    null_row: int = 0
    batch_words: int = 0
    pool_size: int = 0
    pool_draw: Draw | None = None
    keep: npt.NDArray[np.uint32] | None = None
    window: int = 5
    negative_sharing: str = "window"
    shrink_windows: bool = True
    cbow_mean: bool = True
    cbow_corrected: bool = False
    seed: int = 1
    run_words: int = 1
    run_negative: int = 0

    def parts_of(self, window: Window) -> list[range]:
        """The inputs that each set of negatives serves."""
        n_inputs = len(window.inputs)
        if self.pooled or not n_inputs:
            return [range(n_inputs)]
        most = 1 if self.negative_sharing == "pair" else cuts.SET_CONTEXTS
        return cuts.parts_of(n_inputs, -(-n_inputs // most))


@dataclass
class Window:
    """A centre with its inputs, the batch and streams from which negatives may come, and the negatives.

    `contexts` are the units of the inputs that are not tags; `norms` are the squared lengths that inputs had
    when they were first reached; None: the current ones.
    """

    centre: int
    inputs: list[Live]
    batch: list[int]
    noise: list[Stream]
    contexts: list[int] = field(default_factory=list)
    norms: list[float] | None = None
    weight: float = 1.0
    drawn: dict[int, list[OutputSpec]] = field(default_factory=dict)

    @classmethod
    def of(cls, model: Model, centre: int, contexts: Sequence[int], noise: Stream) -> Window:
        """Make a window that consists of words only, and draw its negatives."""
        lives = {unit: Live(model.inputs, unit) for unit in contexts}
        window = cls(centre, [lives[unit] for unit in contexts], [], [noise], list(contexts))
        draw_sets(model, window)
        return window

    def drawn_for(self, target: int) -> list[OutputSpec | None]:
        """What was drawn for a target, one item per output set; None for a set without draws."""
        return [*self.drawn.get(target, [])] or [None]


def train_chunk(
    model: Model,
    sentences: list[list[int]],
    alpha: float,
    *,
    tags: list[list[int]] | None = None,
    epoch: int = 0,
    chunk: int = 0,
) -> tuple[int, float]:
    """Train a chunk of sentences of rows (-2: not in the vocabulary), in place.

    Returns
    -------
    n_trained : int
        Words left after subsampling.
    loss : float
        Summed negative log likelihood, each term before its own update.
    """
    windows = Stream(model.seed, epoch, chunk, WINDOWS)
    noise = streams_of(model, epoch, chunk)
    everything, places, loss = list[int](), list[Place](), 0.0
    for s, sentence in enumerate(sentences):
        words = subsample(model, sentence, windows)
        reaches = [model.window - (windows.below(model.window) if model.shrink_windows else 0) for _ in words]
        of_sentence = [] if tags is None else tags[s]
        if model.run_words > 1:
            loss += train_runs(model, words, of_sentence, alpha, noise[0])
            everything += words
            continue
        places += READERS[model.reader](model.window, words, reaches, of_sentence, len(everything))
        everything += words
    return len(everything), loss + train_places(model, places, everything, everything, alpha, noise)


def train_pairs(
    model: Model,
    inputs: Sequence[Sequence[int]],
    centres: Sequence[int],
    alpha: float,
    *,
    weights: Sequence[float] | None = None,
    epoch: int = 0,
    chunk: int = 0,
) -> float:
    """Train pairs of one input, or a list that is pooled, and a centre; return the weighted loss."""
    noise = streams_of(model, epoch, chunk)
    given = [unit for units in inputs for unit in units]
    places = READERS["pairs"](inputs, centres, weights)
    return train_places(model, places, given, [], alpha, noise)


def streams_of(model: Model, epoch: int, chunk: int) -> list[Stream]:
    """A stream for each target that may draw negatives."""
    return [Stream(model.seed, epoch, chunk, NOISE + STREAMS * n) for n in range(len(model.targets))]


def train_places(
    model: Model, places: list[Place], units: list[int], words: list[int], alpha: float, noise: list[Stream]
) -> float:
    """Train all places, each planned (its units opened, its sets drawn) one ahead; return the loss."""
    batches, opened = Batches(model, words, noise[0]), Opened(model, units)
    loss, norms = 0.0, list[float]()
    ahead: Window | None = None
    for number in range(len(places) + 1):
        window, ahead, place = ahead, None, places[number] if number < len(places) else None
        if place is not None:
            ahead = Window(place.centre, opened.reach(place), batches.at(number), noise, weight=place.weight)
            if model.pooled == "concat":
                ahead.inputs = slots_of(model, place, ahead.inputs)
            ahead.contexts = [units[p] for p in place.positions]
            draw_sets(model, ahead)
        if window is not None:
            trained = places[number - 1]
            measure(opened, window, trained, norms)
            loss += window.weight * step_window(model, window, alpha * window.weight)
        if number:
            opened.leave(place)
    return loss


def slots_of(model: Model, place: Place, inputs: list[Live]) -> list[Live]:
    """Tags, then the words around the centre, from first to last, with the null row beyond the sentence."""
    words = dict(zip(place.positions, inputs, strict=False))
    at, null = place.at or 0, Live(model.inputs, model.null_row)
    around = [p for p in range(at - model.window, at + model.window + 1) if p != at]
    return inputs[len(place.positions) :] + [words.get(p, null) for p in around]


class Opened:
    """The units that windows train: opened when the first one needs them, left when no later one does."""

    def __init__(self, model: Model, units: list[int]) -> None:
        self.model, self.units = model, units
        self.words, self.tags = dict[int, Live](), dict[int, Live]()

    def reach(self, place: Place) -> list[Live]:
        """The inputs of a place: contexts, then tags."""
        for p in place.reached:
            self.open(self.words, p, self.model.inputs, self.units[p])
        for p, tag in place.tags:
            if self.model.tags is not None:
                self.open(self.tags, p, self.model.tags, tag)
        return [self.words[p] for p in place.positions] + [self.tags[p] for p, _ in place.tags]

    def open(self, opened: dict[int, Live], position: int, side: Side, unit: int) -> None:
        """Open a unit at a position; positions of the same unit share it."""
        if position in opened:
            return
        same = next((live for live in opened.values() if live.n_uses and live.unit == unit), None)
        if same is not None:
            same.n_uses += 1
        as_sum = self.model.pooled is True and self.model.reader != "pairs"
        opened[position] = same or Live(side, unit, as_sum)

    def leave(self, following: Place | None) -> None:
        """Leave the units that neither the following place nor any later one needs."""
        for opened, needed in (
            (self.words, following.needed_from if following else np.inf),
            (self.tags, following.first_tag if following else np.inf),
        ):
            for position in sorted(p for p in opened if p < needed):
                opened.pop(position).leave()


def measure(opened: Opened, window: Window, place: Place, norms: list[float]) -> None:
    """Give a window squared lengths of its contexts: about half of new ones are measured, and doubled."""
    for p in range(len(norms), place.reached.stop):
        is_measured = p * 2654435769 % 2**32 >= 2**31 and p in opened.words
        norms.append(2 * squared(opened.words[p].vector) if is_measured else 0.0)
    of_tags = [squared(live.vector) for live in window.inputs[len(place.positions) :]]
    window.norms = [norms[p] for p in place.positions] + of_tags


def draw_sets(model: Model, window: Window) -> None:
    """Draw the negatives of a window, for each target that has any."""
    streams = iter(window.noise)
    for i, target in enumerate(model.targets if window.inputs else []):
        if isinstance(target, Sampled):
            window.drawn[i] = target.draw_for(model, window, next(streams))


class Batches:
    """The batch of each position of a chunk: its words, or rows drawn at its beginning to represent it."""

    def __init__(self, model: Model, words: list[int], noise: Stream) -> None:
        self.model, self.words, self.noise = model, words, noise
        self.current, self.pool = -1, list[int]()

    def at(self, position: int) -> list[int]:
        """The batch of a position; empty for samplers that use none."""
        size = self.model.batch_words
        if not size:
            return []
        number = position // size
        if self.model.pool_draw is None:
            return self.words[number * size : (number + 1) * size]
        if number != self.current:
            self.current = number
            self.pool = self.model.pool_draw(Request(0, self.noise), self.model.pool_size)
        return self.pool


def subsample(model: Model, sentence: list[int], stream: Stream) -> list[int]:
    """Words of the vocabulary that survive subsampling; there is one draw per word of the vocabulary."""
    known = [word for word in sentence if word >= 0]
    if model.keep is None:
        return known
    return [word for word in known if int(model.keep[word]) >= stream.bits()]
