"""Information on this installation: version, compiler, instruction sets."""

from __future__ import annotations

from ns2vec import _kernels

#: The version of ns2vec, also `ns2vec --version`.
__version__ = "0.1.0"


def build_info() -> dict[str, str | list[str]]:
    """Say which version this is, what compiled it, and which instruction set the kernels use.

    Returns
    -------
    dict
        ``version``; ``compiler``; ``isa``, in use; ``isas``, those this processor could use
        (set ``NS2VEC_ISA`` before the import to choose one).

    Examples
    --------
    >>> import ns2vec
    >>> info = ns2vec.build_info()
    >>> info["isa"] in info["isas"]
    True
    """
    return {
        "version": __version__,
        "compiler": _kernels.COMPILER,
        "isa": _kernels.ISA,
        "isas": _kernels.list_isas(),
    }
