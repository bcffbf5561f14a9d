"""``ns2vec compare`` from a checkout that is not installed; the extension modules must be built."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ns2vec.cli import main

if __name__ == "__main__":
    sys.exit(main(["compare", *sys.argv[1:]]))
