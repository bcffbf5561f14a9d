"""Files of vectors that are read at once."""

from __future__ import annotations

import pytest


@pytest.fixture
def reading(tmp_path):
    """Return ``read(module, content, **options)``: the table in a file of this content."""

    def read(module, content, **options):
        path = tmp_path / "vectors"
        path.write_bytes(content)
        return module.read(path, **options)

    return read
