"""What inputs are trained on: outputs of a centre, with labels, weights and offsets; one class per kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float64Array as Array
from ns2vec.reference.objectives import KINDS, LINKS, block_loss, block_step
from ns2vec.reference.samplers import Draw, Request
from ns2vec.reference.sides import Live, Side, add_rows
from ns2vec.reference.streams import Stream

if TYPE_CHECKING:
    from ns2vec.reference.training import Model, Window

Tree: TypeAlias = "list[tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]]"

MAX_REDRAWS = 16
LOWEST_LOG_Q = -80.0


class OutputSet:
    """The outputs that inputs are trained on: m units of a side; labels, weights, offsets (m,); link."""

    def __init__(
        self,
        side: Side,
        units: list[int],
        labels: Array,
        weights: Array,
        offsets: Array | float = 0.0,
        link: str = "logistic",
        bias: Array | None = None,
    ) -> None:
        self.side, self.units, self.labels, self.weights, self.link = side, units, labels, weights, link
        self.bias = bias
        self.offsets = offsets if bias is None else offsets - bias[units]
        self.copies = np.array([side.vector(unit) for unit in units]) if side.is_copied else None
        self.total = np.zeros((len(units), side.matrix.shape[1]))

    def heaviest(self) -> float:
        """The largest weight that makes a step larger: 1 if the outputs share a sum."""
        if KINDS[self.link] == "shared":
            return 1.0
        if KINDS[self.link] == "contrast":
            return max(1.0, float(self.weights[1:].sum()))
        return max(1.0, float(self.weights.max(initial=1.0)))

    def vectors(self) -> Array:
        """The current outputs, shape (m, D)."""
        return self.side.matrix[self.units] if self.copies is None else self.copies

    def block(self) -> tuple[Array, Array, str]:
        """The current vectors, the weights and the link."""
        return self.vectors(), self.weights, self.link

    def step(self, inputs: Array, alpha: float) -> tuple[float, Array]:
        """Update for inputs (n, D); return the loss before it, and the changes of the inputs."""
        block = (inputs, self.vectors(), self.labels, self.weights, self.offsets, self.link)
        loss, (d_inputs, d_outputs) = block_loss(*block), block_step(*block)
        if self.bias is not None:
            errors = LINKS[self.link](inputs @ block[1].T - self.offsets, self.labels, self.weights)[1]
            add_rows(self.bias, self.units, alpha * errors.sum(axis=0))
        self.total += alpha * d_outputs
        if self.copies is None:
            add_rows(self.side.matrix, self.units, alpha * d_outputs)
        elif not self.side.is_read_only:
            self.copies = self.copies + alpha * d_outputs
        return loss, alpha * d_inputs

    def leave(self) -> None:
        """Write the changes of copies to the rows."""
        if self.copies is not None:
            for unit, change in zip(self.units, self.total, strict=True):
                self.side.add(unit, change)


@dataclass
class Target:
    """One objective with its own output vectors."""

    side: Side

    def fill(self, centre: int, drawn: OutputSpec | None) -> OutputSet:
        """The outputs of a centre."""
        raise NotImplementedError


@dataclass
class OutputSpec:
    """The centre and its negatives, each once, with its multiplicity."""

    units: list[int]
    weights: list[float]
    offsets: Array


@dataclass
class Path(Target):
    """The inner nodes on the centre's path through a tree; code 0 is the positive label (word2vec.c)."""

    paths: Tree = field(default_factory=list)

    def fill(self, centre: int, drawn: OutputSpec | None = None) -> OutputSet:
        """The nodes on the centre's path."""
        points, codes = self.paths[centre]
        labels = 1.0 - codes.astype(np.float64)
        return OutputSet(self.side, [int(p) for p in points], labels, np.ones(len(points)))


@dataclass
class Labels(Target):
    """All outputs; the label of the centre is 1, or those of its set are (with a softmax, they share it)."""

    link: str = "softmax"
    bias: Array | None = None
    sets: list[list[int]] | None = None

    def fill(self, centre: int, drawn: OutputSpec | None = None) -> OutputSet:
        """All outputs."""
        n = len(self.side.matrix if self.side.bags is None else self.side.bags)
        labels = np.zeros(n)
        right = [centre] if self.sets is None else self.sets[centre]
        labels[right] = 1.0 if KINDS[self.link] == "each" else 1.0 / max(1, len(right))
        return OutputSet(self.side, list(range(n)), labels, np.ones(n), 0.0, self.link, self.bias)


class All(Labels):
    """The same for the whole vocabulary: the full softmax."""


def draw_nothing(request: Request, k: int) -> list[int]:
    """There are no negatives to draw."""
    return []


def shown_hidden(model: Model, served: list[Live]) -> Array:
    """Mean of the inputs that a set serves; if they are pooled, of all of their rows."""
    vectors, n = [live.vector for live in served], len(served)
    if model.pooled:
        n = sum(len(live.side.rows(live.unit)) for live in served)
        vectors = [
            live.vector if live.is_summed else live.side.matrix[live.side.rows(live.unit)].sum(axis=0)
            for live in served
        ]
    return np.asarray(np.sum(vectors, axis=0) / n)


@dataclass
class Sampled(Target):
    """The centre and negatives of a sampler.

    Attributes
    ----------
    draw : callable
        The sampler: ``draw(request, k) -> units``.
    negative : int
    link : str
    bias : ndarray of shape (V,), or None
    log_q : callable or None
        ``log_q(request, units)``: log probability of each unit per draw. If given, log(k q) is subtracted
        from scores.
    on_collision : {"redraw", "skip", "keep"}
    excluded : dict of unit -> units
        Units that are not negatives of a centre or, with `by_input`, of an input.
    exclude_window : bool
    other_inputs : bool
        Inputs and outputs are different things, even if there are equally many: outputs have no input
        vectors.
    """

    draw: Draw = draw_nothing
    negative: int = 5
    link: str = "logistic"
    bias: Array | None = None
    log_q: Callable[[Request, list[int]], Array] | None = None
    on_collision: str = "redraw"
    excluded: dict[int, list[int]] = field(default_factory=dict)
    by_input: bool = False
    exclude_window: bool = False
    other_inputs: bool = False

    def draw_for(self, model: Model, window: Window, noise: Stream) -> list[OutputSpec]:
        """The negatives of a window before it is trained, one specification per set."""
        return [self.draw_set(model, window, part, noise) for part in model.parts_of(window)]

    def draw_set(self, model: Model, window: Window, part: range, noise: Stream) -> OutputSpec:
        """The centre and its negatives for a part of the inputs.

        A draw that cannot be a negative is redrawn, left out or, if it is the centre, kept: the centre's row
        is then both positive and noise, (1 - s) - c s = (1 + c) (1 / (1 + c) - s).
        """
        request = self.request_of(model, window, part, noise)
        units, weights = [window.centre], [1.0]
        for i, drawn in enumerate(self.draw(request, self.negative)):
            unit, weight = drawn, request.weights[i] if request.weights is not None else 1.0
            for _ in range(MAX_REDRAWS if self.on_collision == "redraw" else 0):
                if self.is_wanted(window, unit):
                    break
                unit = next(iter(self.draw(request, 1)), unit)
            if not self.is_wanted(window, unit):
                weights[0] += self.on_collision == "keep" and unit == window.centre
            elif unit in units:
                weights[units.index(unit)] += weight
            else:
                units.append(unit)
                weights.append(weight)
        return OutputSpec(units, weights, self.offsets_of(request, units))

    def request_of(self, model: Model, window: Window, part: range, noise: Stream) -> Request:
        """What the sampler is told about a window and the model."""
        served = [window.inputs[i] for i in part]
        is_pair = (model.negative_sharing == "pair" and not model.pooled) or model.reader == "pairs"
        context = served[0].unit if is_pair and len(served) == 1 and served[0].side is model.inputs else -1
        request = Request(window.centre, noise, context, window.batch)
        if served:
            request.inputs, request.outputs = self.shown_inputs(model), self.side.vectors()
            request.bias = self.bias
            request.hidden = shown_hidden(model, served)
            request.excluded = self.excluded.get(self.key_of(window), [])
            request.excluded = request.excluded + (window.contexts if self.exclude_window else [])
        return request

    def shown_inputs(self, model: Model) -> Array:
        """Input vectors of the outputs; if inputs are different things, the output vectors again."""
        inputs, outputs = model.inputs.vectors(), self.side.vectors()
        return outputs if self.other_inputs or len(inputs) < len(outputs) else inputs

    def key_of(self, window: Window) -> int:
        """The unit whose list of exclusions applies."""
        return window.inputs[0].unit if self.by_input else window.centre

    def is_wanted(self, window: Window, unit: int) -> bool:
        """Whether a drawn unit may be a negative of the window."""
        if unit == window.centre or unit in self.excluded.get(self.key_of(window), []):
            return False
        return not (self.exclude_window and unit in window.contexts)

    def offsets_of(self, request: Request, units: list[int]) -> Array:
        """log(k q) of each unit; the first is the centre."""
        if self.log_q is None:
            return np.zeros(len(units))
        return np.asarray(
            np.log(max(self.negative, 1)) + np.maximum(self.log_q(request, units), LOWEST_LOG_Q)
        )

    def fill(self, centre: int, drawn: OutputSpec | None) -> OutputSet:
        """The centre and its negatives."""
        if drawn is None:
            raise ValueError("negatives are drawn before the outputs are filled")
        weights, labels = np.array(drawn.weights), np.zeros(len(drawn.units))
        labels[0] = 1.0 if KINDS[self.link] == "shared" else 1.0 / weights[0]
        return OutputSet(self.side, drawn.units, labels, weights, drawn.offsets, self.link, self.bias)


#: Name -> class, as in `ns2vec._kernels`.
TARGETS: dict[str, type[Target]] = {"Sampled": Sampled, "Path": Path, "All": All, "Labels": Labels}
