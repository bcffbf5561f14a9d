"""From the value of ``sampler=`` to a `Sampler`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ns2vec.exceptions import ConfigError
from ns2vec.sampling import shared, static  # noqa: F401 - their samplers are the first of the registry
from ns2vec.sampling.base import SAMPLERS, Sampler, options_of
from ns2vec.sampling.custom import FromCallable, LowLevel


def make_sampler(given: Any) -> Sampler:
    """Return the sampler that a string, a saved state, a function or a sampler stands for.

    Parameters
    ----------
    given : str, dict, callable, scipy.LowLevelCallable, Sampler or its class
        A string is a name of `SAMPLERS`, with options after a colon: ``"unigram:exponent=0.5"``,
        ``"batch:size=512"``, ``"mixed:unigram=0.8,uniform=0.2"``. A dict is what `Sampler.state_dict`
        returned.

    Returns
    -------
    Sampler

    Raises
    ------
    ConfigError
        If the name or an option is unknown.

    Examples
    --------
    >>> from ns2vec.sampling import make_sampler
    >>> make_sampler("unigram:exponent=0.5")
    Unigram(exponent=0.5)
    >>> make_sampler(make_sampler("batch:size=512").state_dict())
    Batch(size=512, pool=0)
    """
    if isinstance(given, Sampler):
        return given
    if isinstance(given, type) and issubclass(given, Sampler):
        return given()
    if isinstance(given, str):
        name, _, options = given.partition(":")
        return build(name, parse_options(options, given))
    if isinstance(given, Mapping):
        if not isinstance(given.get("name"), str) or not isinstance(given.get("options"), Mapping):
            raise ConfigError(f"the state of a sampler has a name and options, got {str(given)[:100]}")
        return build(given["name"], {name: restored(value) for name, value in given["options"].items()})
    if type(given).__name__ == "LowLevelCallable":
        return LowLevel(given)
    if callable(given):
        return FromCallable(given)
    raise ConfigError(f"sampler must be a name such as 'unigram', a Sampler or a function, got {given!r}")


def build(name: str, options: dict[str, Any]) -> Sampler:
    """Make a sampler of the registry; report an unknown option."""
    made = SAMPLERS[name]
    try:
        sampler = made(**options)
    except TypeError as error:
        known = options_of(made)
        unknown = next((option for option in options if option not in known), None)
        if unknown is not None:
            raise ConfigError(
                f"sampler {name!r} has no option {unknown!r}: expected one of {', '.join(map(repr, known))}"
            ) from None
        raise ConfigError(f"sampler {name!r} cannot be made from {options}: {error}") from None
    if not isinstance(sampler, Sampler):
        raise ConfigError(f"sampler {name!r} must be a subclass of Sampler, got {made!r}")
    return sampler


def parse_options(text: str, spec: str) -> dict[str, Any]:
    """Turn ``"size=512,pool=0"`` into a dict; numerals become numbers."""
    options: dict[str, Any] = {}
    for part in filter(None, text.split(",")):
        name, equals, value = part.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise ConfigError(f"expected name:option=value,option=value, got {spec!r}")
        options[name.strip()] = number_or_text(value.strip())
    return options


def number_or_text(value: str) -> int | float | str:
    """Return the number that the text spells, otherwise the text."""
    for kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            continue
    return value


def restored(value: Any) -> Any:
    """Samplers within saved options, at any depth of lists."""
    is_state = isinstance(value, Mapping) and set(value) == {"name", "options"}
    # lists of the words "name" and "options" look the same, except for their contents
    if is_state and isinstance(value["name"], str) and isinstance(value["options"], Mapping):
        return make_sampler(value)
    if isinstance(value, list | tuple):
        return [restored(entry) for entry in value]
    return value
