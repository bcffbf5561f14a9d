# The choice of the block's instruction set: the fastest, unless the environment names one.

import os


def list_isas():
    """Names of the instruction sets this processor can run, slowest first."""
    cdef const char *names[8]
    cdef int n = ns2_list_isas(names, 8)
    return [(<bytes> names[i]).decode("ascii") for i in range(n)]


def _choose_isa():
    wanted = os.environ.get("NS2VEC_ISA", "")
    present = list_isas()
    if not wanted:
        return present[len(present) - 1]
    if wanted not in present:
        raise ImportError(
            f"NS2VEC_ISA={wanted!r}: this processor and build offer {', '.join(present)}; "
            "set one of them, or unset NS2VEC_ISA to take the fastest"
        )
    return wanted


ISA = _choose_isa()
COMPILER = ns2_compiler().decode("ascii", "replace")
