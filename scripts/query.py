"""Ask vectors from a checkout: ``ns2vec query`` without installing it (the extension modules must be built)."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ns2vec.cli import main  # noqa: E402 - the checkout has to be found first

if __name__ == "__main__":
    sys.exit(main(["query", *sys.argv[1:]]))
