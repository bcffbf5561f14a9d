"""The site's list of public modules is the package's, and its check finds what is broken."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import check
import pytest
import surface
from sources import expect_none

import ns2vec


def importable() -> list[str]:
    """Names of all modules without an underscore, except those that replace gensim's."""
    found = [module.name for module in pkgutil.walk_packages(ns2vec.__path__, "ns2vec.")]
    inner = ("ns2vec.compat.gensim.modules", "ns2vec.compat.gensim.site")
    return [name for name in found if "._" not in name and not name.startswith(inner)]


def test_each_module_with_public_names_is_public_or_is_said_not_to_be():
    listed = {*surface.public_modules(), *surface.INNER, *surface.PRIVATE}
    found = {name for name in importable() if hasattr(importlib.import_module(name), "__all__")}
    expect_none(
        sorted((found | {"ns2vec"}) ^ listed),
        "List these in scripts/site/surface.py.",
    )


def page(root: Path, name: str, body: str) -> None:
    (root / name).write_text(f"<html><body>{body}</body></html>", encoding="utf-8")


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ('<a href="b.html#here">', None),
        ('<a href="https://example.org">', None),
        ('<a href="c.html">', "c.html leads nowhere"),
        ('<a href="b.html#there">', "there is no such anchor"),
        ('<a href="#there">', "there is no such anchor"),
        ('<img src="missing.png">', "missing.png leads nowhere"),
        ('<img src="https://example.org/a.png">', "fetches https://example.org/a.png"),
        ('<script src="//example.org/a.js"></script>', "fetches //example.org/a.js"),
        ('<link rel="stylesheet" href="https://example.org/a.css">', "fetches https://example.org/a.css"),
        ('<p style="background: url(https://example.org/a.png)">', "fetches https://example.org/a.png"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_the_check_of_the_site_finds_what_is_broken(tmp_path: Path, body: str, fault: str | None):
    page(tmp_path, "a.html", body)
    page(tmp_path, "b.html", '<p id="here">')
    found = list(check.faults(tmp_path))
    assert len(found) == (fault is not None)
    assert fault is None or fault in found[0]
