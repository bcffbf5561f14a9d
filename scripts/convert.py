"""``ns2vec convert`` from a checkout, installed or not."""

import sys

from _checkout import run

if __name__ == "__main__":
    sys.exit(run("convert"))
