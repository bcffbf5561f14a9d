"""Pages of the gallery: one for each script in examples/, with its picture, if there is one."""

from __future__ import annotations

import ast
from pathlib import Path

from surface import ROOT, examples


def said(path: Path) -> tuple[str, str]:
    """Title and text of a script's docstring, without the command at its end."""
    text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    title, _, rest = text.partition("\n\n")
    body = rest.split("\n\n    python examples/")[0]
    return title.replace("\n", " ").rstrip("."), body


def picture_of(path: Path) -> Path | None:
    """The picture that a script has drawn for the site."""
    found = ROOT / "docs" / "pictures" / f"{path.stem}.png"
    return found if found.exists() else None


def gallery_pages() -> dict[str, str]:
    """Path -> Markdown of the gallery and its pages."""
    pages = {f"gallery/{path.stem}.md": example_page(path) for path in examples()}
    pages["gallery/index.md"] = overview()
    return pages


def overview() -> str:
    """All examples, those with pictures first."""
    lines = [
        "# Gallery",
        "",
        "Short programs that make or read their data and say what they found. They lie in `examples/` of the "
        "repository, and the tests run each of them. What seven of them found is on the page "
        "[uses](../uses.md).",
        "",
        '<div class="grid cards" markdown>',
        "",
    ]
    for path in sorted(examples(), key=lambda path: picture_of(path) is None):
        title, _ = said(path)
        lines.append(f"-   [{title}]({path.stem}.md)")
        if picture_of(path):
            lines += ["", f"    [![{title}](../pictures/{path.stem}.png)]({path.stem}.md)"]
        lines.append("")
    return "\n".join([*lines, "</div>", ""])


def example_page(path: Path) -> str:
    """Title, picture, text, command and source of an example."""
    title, body = said(path)
    lines = ["---", f'title: "{title.partition(":")[0]}"', "---", f"# {title}", "", body, ""]
    if picture_of(path):
        lines += [f"![{title}](../pictures/{path.stem}.png)", ""]
    option = f" --picture {path.stem}.png" if picture_of(path) else ""
    lines += ["```", f"python examples/{path.name}{option}", "```", ""]
    lines += [f'```python title="examples/{path.name}"', path.read_text("utf-8").rstrip(), "```", ""]
    return "\n".join(lines)
