"""Follow every link of the built site, and find what a page would fetch from other sites.

    python scripts/site/check.py site

Prints each broken link and anchor, each picture, style or script that is not part of the site, and each
public name that the reference does not describe; the exit code is 1 if there is one. Links to other sites
are not followed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from surface import INNER, home_of, names_of, public_modules

#: Tag -> attributes whose address a browser fetches when it shows the page.
FETCHED = {
    "img": ("src", "srcset"), "script": ("src",), "iframe": ("src",), "source": ("src", "srcset"),
    "link": ("href",), "video": ("src", "poster"), "audio": ("src",), "object": ("data",), "embed": ("src",),
}  # fmt: skip
NOT_FETCHED = {"canonical", "prev", "next", "alternate", "edit"}
STYLE_ADDRESS = re.compile(r"""(?:url\(\s*|@import\s+)["']?((?:https?:)?//[^"')\s]+)""")


@dataclass
class Page(HTMLParser):
    """Anchors of a page, the targets of its links, and what it fetches."""

    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record the addresses of an element."""
        found = {name: value or "" for name, value in attrs}
        self.anchors.update(found[name] for name in ("id", "name") if found.get(name))
        self.fetched += STYLE_ADDRESS.findall(found.get("style", ""))
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if tag == "link" and NOT_FETCHED & set(found.get("rel", "").split()):
            self.links.append(found["href"])
            return
        for name in FETCHED.get(tag, ()):
            if name in found:
                self.fetched += [part.split()[0] for part in found[name].split(",") if part.strip()]


def read(path: Path) -> Page:
    """Read a page of the site."""
    page = Page()
    page.feed(path.read_text("utf-8"))
    return page


def is_elsewhere(address: str) -> bool:
    """Whether an address is that of another site; ``data:`` is not."""
    return bool(urlsplit(address).netloc) or urlsplit(address).scheme in {"http", "https", "ftp"}


def target(root: Path, page: Path, address: str) -> Path:
    """The file to which a relative or absolute address of the site leads."""
    path = unquote(urlsplit(address).path)
    found = root / path.lstrip("/") if path.startswith("/") else page.parent / path if path else page
    return (found / "index.html" if found.is_dir() else found).resolve()


def faults(root: Path) -> Iterator[str]:
    """Pages and faults, for the whole site."""
    pages = {path.resolve(): read(path) for path in sorted(root.rglob("*.html"))}
    for path, page in pages.items():
        name = path.relative_to(root.resolve())
        yield from (f"{name}: fetches {address}" for address in page.fetched if is_elsewhere(address))
        for address in {*page.links, *page.fetched}:
            parts = urlsplit(address)
            if is_elsewhere(address) or parts.scheme:
                continue
            found = target(root, path, address)
            if not found.exists():
                yield f"{name}: {address} leads nowhere"
            elif parts.fragment and found in pages and unquote(parts.fragment) not in pages[found].anchors:
                yield f"{name}: {address}: there is no such anchor"
    for path in sorted(root.rglob("*.css")):
        for address in STYLE_ADDRESS.findall(path.read_text("utf-8")):
            yield f"{path.relative_to(root)}: fetches {address}"


def undescribed(root: Path) -> Iterator[str]:
    """Public names that are missing on the page of their module."""
    for module in [*public_modules(), *INNER]:
        for name in names_of(module):
            home = home_of(module, name)
            page = root / "reference" / f"{home}.html"
            if not page.exists() or f'id="{home}.{name}"' not in page.read_text("utf-8"):
                yield f"{module}.{name} is not described on {page.relative_to(root)}"


def main(argv: list[str]) -> int:
    """Return 0 if there are no faults."""
    root = Path(argv[0])
    found = sorted([*faults(root), *undescribed(root)])
    n_pages = sum(1 for _ in root.rglob("*.html"))
    if not n_pages:
        found = [f"{root}: there is no page; build the site with make docs"]
    print("\n".join([*found, f"{n_pages} pages, {len(found)} faults"]))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
