"""The rooms of the app: one module each, with its part of the API; its page is ``static/rooms/NAME.js``.

A room is an entry of `ROOMS`: a title for the navigation and a router, whose paths are under ``/api``.
The page of the room is ``/NAME``; its module exports ``show(main)``, which fills the element.
"""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter

from ns2vec._registry import Registry
from ns2vec.app.rooms import calculator, explorer, samplers, training


@dataclass(frozen=True)
class AppRoom:
    """One room.

    Attributes
    ----------
    title : str
        In the navigation.
    router : APIRouter
    """

    title: str
    router: APIRouter


ROOMS: Registry[AppRoom] = Registry("room")
for _name, _title, _module in (
    ("calculator", "Calculator", calculator),
    ("training", "Training", training),
    ("explorer", "Explorer", explorer),
    ("samplers", "Samplers", samplers),
):
    ROOMS.register(_name, AppRoom(_title, _module.router))
