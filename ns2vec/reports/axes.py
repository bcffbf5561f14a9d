"""Scales of charts: the position of a value, and the values that are written next to the axis."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

STEPS = (1, 2, 5)
N_STEPS = 5
#: Powers of ten -> their written exponents.
POWERS = {
    10.0**power: str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")) for power in range(-30, 31)
}
SHORT_LOG = 1.5  # decades; a shorter scale has ticks within a decade


@dataclass(frozen=True)
class Axis:
    """A range of values with its ticks, which include its ends.

    Attributes
    ----------
    ticks : tuple of float
        Ascending, at least two.
    is_log : bool

    Examples
    --------
    >>> from ns2vec.reports.axes import Axis
    >>> scale = Axis.around([0.2, 0.9], least=0.0)
    >>> scale.labels()
    ['0.0', '0.2', '0.4', '0.6', '0.8', '1.0']
    >>> scale.place(0.5)
    0.5
    >>> Axis.around([10.0, 10.0], is_log=True).labels()
    ['5', '10']
    """

    ticks: tuple[float, ...]
    is_log: bool = False

    @classmethod
    def around(
        cls,
        values: Iterable[float],
        *,
        is_log: bool = False,
        least: float = math.inf,
        most: float = -math.inf,
    ) -> Axis:
        """Return a scale that includes all finite values.

        Parameters
        ----------
        values : iterable of float
        is_log : bool, optional
            Only values above 0 count.
        least, most : float, optional
            Values that the scale includes at least.

        Returns
        -------
        Axis
            From 0 to 1, or 1 to 10, if there is no value.
        """
        ends = [end for end in (least, most) if math.isfinite(end)]
        kept = [value for value in (*values, *ends) if math.isfinite(value) and (value > 0 or not is_log)]
        low, high = (min(kept), max(kept)) if kept else (1.0, 10.0) if is_log else (0.0, 1.0)
        return cls(tuple(_log_ticks(low, high) if is_log else _ticks(low, high)), is_log)

    def place(self, value: float) -> float:
        """Return the position of a value: 0 at the low end, 1 at the high end, and never beyond."""
        low, high, at = (
            math.log10(max(each, 1e-300)) if self.is_log else each
            for each in (self.ticks[0], self.ticks[-1], value)
        )
        return max(0.0, min(1.0, (at - low) / (high - low)))

    def labels(self) -> list[str]:
        """Return the ticks as text, all different."""
        if self.is_log:
            is_long = self.ticks[0] < 1e-3 or self.ticks[-1] >= 1e5
            if is_long and all(tick in POWERS for tick in self.ticks):
                return [f"10{POWERS[tick]}" for tick in self.ticks]
            return [f"{tick:,.0f}" if 1 <= tick < 1e7 else f"{tick:g}" for tick in self.ticks]
        step = self.ticks[1] - self.ticks[0]
        n_digits = max(0, -math.floor(math.log10(step) + 1e-9))
        if n_digits > 4 or max(map(abs, self.ticks)) >= 1e7:
            return [f"{tick:g}" for tick in self.ticks]
        return [f"{tick + 0.0:,.{n_digits}f}" for tick in self.ticks]


def _ticks(low: float, high: float) -> list[float]:
    """Return multiples of 1, 2 or 5 times a power of ten, from below the low end to above the high end."""
    if high <= low:
        low, high = low - abs(low) / 2 - (low == 0), high + abs(high) / 2 + (high == 0)
    rough = (high - low) / N_STEPS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(times * power for times in (*STEPS, 10) if times * power >= rough * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(number * step, 12) if step > 1e-9 else number * step for number in range(first, last + 1)]


def _log_ticks(low: float, high: float) -> list[float]:
    """Return powers of ten around both ends or, if these are close, 1, 2 and 5 times powers of ten."""
    exponents = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
    if math.log10(high / low) > SHORT_LOG:
        by = max(1, math.ceil((exponents[1] - exponents[0]) / 6))
        return [10.0**power for power in range(exponents[0], exponents[1] + by, by)]
    fine = [times * 10.0**power for power in range(exponents[0] - 1, exponents[1] + 1) for times in STEPS]
    first = max(number for number, tick in enumerate(fine[:-1]) if number == 0 or tick <= low * (1 + 1e-9))
    last = min(
        (number for number, tick in enumerate(fine) if tick >= high * (1 - 1e-9)), default=len(fine) - 1
    )
    return fine[min(first, last - 1) : last + 1]
