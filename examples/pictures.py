"""What the examples of uses share: their options, and how a picture is drawn, which needs matplotlib."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any


def options(arguments: Sequence[str], about: str | None, data: str | None = None) -> argparse.Namespace:
    """The options of an example: ``--picture FILE``, and files of data where `data` says what these are."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    if data is not None:
        parser.add_argument("data", nargs="*", metavar="FILE", help=data)
    parser.add_argument("--picture", metavar="FILE", help="draw what was found (.png or .svg)")
    return parser.parse_args(arguments)


@contextmanager
def picture(path: str, title: str, n: int = 1, size: tuple[float, float] = (6.4, 3.2)) -> Iterator[Any]:
    """Give axes to draw on, n side by side, and write the picture.

    Raises
    ------
    SystemExit
        If matplotlib is not installed.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise SystemExit("--picture needs matplotlib: pip install matplotlib") from None
    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    found = figure.subplots(1, n)
    figure.suptitle(title, fontsize=10)
    yield found
    for axes in [found] if n == 1 else found.flat:
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=100)
