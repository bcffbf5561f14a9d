"""Public attributes of a model for the parts of its core."""

from __future__ import annotations

from typing import Any


class CoreAttribute:
    """An attribute of the model's core, under its own name."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, model: Any, kind: type | None = None) -> Any:
        return self if model is None else getattr(model._core, self.name)

    def __set__(self, model: Any, value: Any) -> None:
        setattr(model._core, self.name, value)


class OutputMatrix(CoreAttribute):
    """An output matrix of the model's core; the attribute is missing if it is not trained."""

    def __get__(self, model: Any, kind: type | None = None) -> Any:
        if model is None:
            return self
        try:
            return model._core.matrices[self.name]
        except KeyError:
            raise AttributeError(f"{type(model).__name__!r} object has no attribute {self.name!r}") from None

    def __set__(self, model: Any, value: Any) -> None:
        model._core.matrices[self.name] = value

    def __delete__(self, model: Any) -> None:
        self.__get__(model)
        del model._core.matrices[self.name]
