"""The hooks of mkdocs.yml for building the site: generated pages, links out of docs/, formulas.

The pages in docs/ are read in the repository as well, so their links name files there; on the site, those
files are pages of their own, and links are changed to lead to them.
"""

from __future__ import annotations

import html
import posixpath
import re
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from gallery import gallery_pages
from latex2mathml.converter import convert
from mkdocs.structure.files import File
from reference import command_pages, reference_pages
from surface import ARTICLES, INNER, PUBLIC, ROOT

from ns2vec.cli import COMMANDS

LINK = re.compile(r"(\]\()([^)#\s]+)(#[^)\s]*)?\)")
FORMULA = re.compile(r'<(span|div) class="arithmatex">(.*?)</\1>', re.DOTALL)


def pages_to_add() -> dict[str, str]:
    """Path within the site's sources -> Markdown, for every page that is not a file in docs/."""
    texts = {made: (ROOT / name).read_text("utf-8") for name, made in ARTICLES.items()}
    return {**texts, **gallery_pages(), **reference_pages(), **command_pages()}


def on_config(config: Any) -> Any:
    """Put the generated pages into the navigation where it names them."""
    reference = [{heading: [f"reference/{name}.md" for name in names]} for heading, names in PUBLIC.items()]
    reference.append({"For extensions": [f"reference/{name}.md" for name in INNER]})
    lists = {
        "REFERENCE": ["reference/index.md", *reference],
        "COMMANDS": ["commands/index.md", *(f"commands/{name}.md" for name in COMMANDS)],
        "GALLERY": ["gallery/index.md", *sorted(set(gallery_pages()) - {"gallery/index.md"})],
    }
    config.nav = [
        {title: [*entry[:-1], *lists[entry[-1]]] if entry[-1:] and entry[-1] in lists else entry}
        if isinstance(entry, list)
        else {title: entry}
        for part in config.nav
        for title, entry in part.items()
    ]
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add the generated pages."""
    for path, text in pages_to_add().items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Turn links to files of the repository into links to their pages."""
    sources = {made: name for name, made in ARTICLES.items()}
    place = sources.get(page.file.src_uri, f"docs/{page.file.src_uri}")

    def changed(link: re.Match[str]) -> str:
        if re.match(r"[a-z]+:", link[2]):
            return link[0]
        target = posixpath.normpath(posixpath.join(posixpath.dirname(place), link[2]))
        made = page_for(target)
        if made is None:
            return link[0]
        relative = posixpath.relpath(made, posixpath.dirname(page.file.src_uri) or ".")
        return f"{link[1]}{relative}{link[3] or ''})"

    return LINK.sub(changed, markdown)


def page_for(target: str) -> str | None:
    """The page of a file of the repository, by its path there, or None."""
    if target in ARTICLES:
        return ARTICLES[target]
    if target == "examples":
        return "gallery/index.md"
    if target.startswith("examples/"):
        return f"gallery/{Path(target).stem}.md"
    return target.removeprefix("docs/") if target.startswith("docs/") else None


def on_page_content(content: str, **_: Any) -> str:
    """Write formulas as MathML, which browsers show without scripts."""

    def formula(found: re.Match[str]) -> str:
        text = html.unescape(found[2]).strip()
        latex = re.sub(r"^\\[(\[]|\\[)\]]$", "", text)
        if found[1] == "span":
            return convert(latex)
        return f'<div class="formula">{convert(latex, display="block")}</div>'

    return FORMULA.sub(formula, content)
