"""Lets the tests of checkpoints import the module that interrupts their runs, in any import mode."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
