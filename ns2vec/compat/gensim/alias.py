"""How ``import gensim`` is made to mean ns2vec: a finder that precedes Python's own."""

from __future__ import annotations

import contextlib
import importlib
import importlib.abc
import importlib.metadata
import importlib.util
import os
import pickle
import sys
import threading
from collections.abc import Iterator, Sequence
from importlib.abc import InspectLoader
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from ns2vec.compat.gensim import modules
from ns2vec.fasttext import FastText, FastTextKeyedVectors
from ns2vec.keyedvectors import KeyedVectors
from ns2vec.models.doc2vec import Doc2Vec
from ns2vec.word2vec import Word2Vec

#: The release of gensim whose interface ns2vec implements; packages compare it with "4.0.0".
VERSION = "4.4.0"

SITE = Path(__file__).parent / "site"
PACKAGES = {"gensim", "gensim.models", "gensim.scripts", "gensim.similarities", "gensim.test"}
# alias -> module of ns2vec.compat.gensim.modules with its names
MODULES = {
    "gensim": "package",
    "gensim.downloader": "downloader",
    "gensim.models": "models",
    "gensim.models.callbacks": "callbacks",
    "gensim.models.doc2vec": "doc2vec",
    "gensim.models.fasttext": "fasttext",
    "gensim.models.keyedvectors": "keyedvectors",
    "gensim.models.phrases": "phrases",
    "gensim.models.word2vec": "word2vec",
    "gensim.models.word2vec_corpusfile": "word2vec_corpusfile",
    "gensim.scripts": "package",
    "gensim.scripts.glove2word2vec": "glove2word2vec",
    "gensim.scripts.package_info": "package_info",
    "gensim.scripts.word2vec2tensor": "word2vec2tensor",
    "gensim.scripts.word2vec_standalone": "word2vec_standalone",
    "gensim.similarities": "package",
    "gensim.similarities.annoy": "annoy",
    "gensim.test": "package",
    "gensim.test.utils": "testing_utils",
    "gensim.utils": "utils",
}


# packages look for "gensim" in the name of a model's class
ALIASES: dict[type, str] = {
    KeyedVectors: "gensim.models.keyedvectors",
    Word2Vec: "gensim.models.word2vec",
    Doc2Vec: "gensim.models.doc2vec",
    FastText: "gensim.models.fasttext",
    FastTextKeyedVectors: "gensim.models.fasttext",
}
# names of the classes while gensim's names mean the installed gensim
OWN_NAMES: dict[type, str] = {kind: kind.__module__ for kind in ALIASES}


def _is_gensims(name: str) -> bool:
    return name == "gensim" or name.startswith("gensim.")


def _missing(name: str) -> str:
    return f"{name} is not part of ns2vec, and gensim is not installed: pip install gensim"


class _Real:
    """The installed gensim: its own modules under their own names, kept out of ``sys.modules``."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.is_loading = False
        self.modules: dict[str, ModuleType] = {}

    def is_there(self) -> bool:
        return PathFinder.find_spec("gensim") is not None

    def module(self, name: str) -> ModuleType:
        """Import a module of the installed gensim as if there were no alias."""
        if name in self.modules:
            return self.modules[name]
        if not self.is_there():
            # not a ModuleNotFoundError, which "from gensim import x" would replace with a vague message
            raise ImportError(_missing(name), name=name)
        with self.in_sight():
            found = importlib.import_module(name)
        if "gensim.utils" in self.modules:
            vars(self.modules["gensim.utils"])["_pickle"] = _RealPickle
        return found

    @contextlib.contextmanager
    def in_sight(self) -> Iterator[None]:
        """For a while, let gensim's names mean the installed gensim; ns2vec's classes get their own names."""
        with self.lock:
            aliases = {known: sys.modules.pop(known) for known in list(sys.modules) if _is_gensims(known)}
            names = {kind: kind.__module__ for kind in OWN_NAMES}
            sys.modules.update(self.modules)
            before, self.is_loading = self.is_loading, True
            try:
                for kind, name in OWN_NAMES.items():
                    kind.__module__ = name
                yield
            finally:
                for kind, name in names.items():
                    kind.__module__ = name
                self.is_loading = before
                for known in [known for known in sys.modules if _is_gensims(known)]:
                    self.modules[known] = sys.modules.pop(known)
                sys.modules.update(aliases)


REAL = _Real()


class _RealPickle:
    """Let the installed gensim pickle its own models, whose classes are looked up by name."""

    @staticmethod
    def dump(*args: Any, **kwargs: Any) -> None:
        with REAL.in_sight():
            pickle.dump(*args, **kwargs)

    @staticmethod
    def load(*args: Any, **kwargs: Any) -> Any:
        with REAL.in_sight():
            return pickle.load(*args, **kwargs)


def real_module(name: str) -> ModuleType:
    """Import a module of the installed gensim, whether or not the alias is active.

    Raises
    ------
    ImportError
        If gensim is not installed.
    """
    return REAL.module(name) if is_installed() else importlib.import_module(name)


class _NamesLoader(importlib.abc.Loader):
    """Makes an alias: a new module with the names of one of ns2vec's modules."""

    def __init__(self, name: str) -> None:
        self.name = name

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return ModuleType(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        source = importlib.import_module(f"{modules.__name__}.{MODULES[self.name]}")
        names = {name: value for name, value in vars(source).items() if not name.startswith("__")}
        vars(module).update(names, __doc__=source.__doc__, __file__=source.__file__, __getattr__=self._other)
        if self.name == "gensim":
            vars(module)["__version__"] = VERSION

    def get_code(self, name: str) -> CodeType | None:
        """Return the code that ``python -m`` runs under an alias."""
        return _code_of(f"{modules.__name__}.{MODULES[name]}")

    def _other(self, attribute: str) -> Any:
        """Handle names that ns2vec lacks."""
        full = f"{self.name}.{attribute}"
        if attribute.startswith("__"):
            raise AttributeError(f"module {self.name!r} has no attribute {attribute!r}")
        if full in MODULES:
            return importlib.import_module(full)
        if not REAL.is_there():
            raise AttributeError(_missing(full))
        return getattr(REAL.module(self.name), attribute)


def _code_of(name: str) -> CodeType | None:
    spec = importlib.util.find_spec(name)
    return spec.loader.get_code(name) if spec is not None and isinstance(spec.loader, InspectLoader) else None


class _RealLoader(importlib.abc.Loader):
    """Returns a module of the installed gensim that has been imported already."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module
        self.loader = module.__loader__  # the import system will set this one in its place

    def get_code(self, name: str) -> CodeType | None:
        """Return the code that ``python -m`` runs."""
        return self.loader.get_code(name) if isinstance(self.loader, InspectLoader) else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self.module

    def exec_module(self, module: ModuleType) -> None:
        pass


class _Distribution(importlib.metadata.Distribution):
    """The metadata of gensim for ``importlib.metadata``."""

    def read_text(self, filename: str) -> str | None:
        if filename != "METADATA":
            return None
        return (
            f"Metadata-Version: 2.1\nName: gensim\nVersion: {VERSION}\nSummary: ns2vec under gensim's name\n"
        )

    def locate_file(self, path: Any) -> Any:
        return SITE / path


class AliasFinder(importlib.abc.MetaPathFinder):
    """Finds gensim and everything below it."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the source of a module of gensim: ns2vec, or the installed gensim."""
        if not _is_gensims(name) or REAL.is_loading:
            return None
        if name in MODULES:
            return ModuleSpec(name, _NamesLoader(name), origin=modules.__file__, is_package=name in PACKAGES)
        module = REAL.module(name)
        return ModuleSpec(name, _RealLoader(module), origin=getattr(module, "__file__", None))

    def find_distributions(self, context: Any = None) -> Iterator[importlib.metadata.Distribution]:
        """Answer ``importlib.metadata.version("gensim")``."""
        if str(getattr(context, "name", None)).lower() == "gensim":
            yield _Distribution()


def is_installed() -> bool:
    """Whether ``import gensim`` means ns2vec in this process.

    Returns
    -------
    bool

    Examples
    --------
    >>> from ns2vec.compat.gensim import is_installed
    >>> is_installed()
    False
    """
    return any(isinstance(finder, AliasFinder) for finder in sys.meta_path)


def install(*, children: bool = False) -> None:
    """Make ``import gensim`` mean ns2vec in this process from now on.

    Parameters
    ----------
    children : bool
        Also in Python processes that this one starts: a folder is added to ``PYTHONPATH``.

    Raises
    ------
    ImportError
        If the real gensim has already been imported: parts of the program refer to it.

    Examples
    --------
    >>> import ns2vec.compat.gensim
    >>> ns2vec.compat.gensim.install()                       # doctest: +SKIP
    >>> from gensim.models import Word2Vec                   # doctest: +SKIP
    """
    if not is_installed():
        if "gensim" in sys.modules:
            raise ImportError(
                "gensim has already been imported, and modules that imported names from it keep them: call "
                "ns2vec.compat.gensim.install() before anything imports gensim"
            )
        sys.meta_path.insert(0, AliasFinder())
        for kind, name in ALIASES.items():
            kind.__module__ = name
    if children:
        paths = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
        root = str(Path(__file__).parents[3])
        os.environ["PYTHONPATH"] = os.pathsep.join(
            dict.fromkeys([str(SITE), *paths, *([root] if root not in paths else [])])
        )
