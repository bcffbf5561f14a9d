"""Report in one line what is missing for building ns2vec; ``make`` runs it before anything else.

``preflight.py``              Python, its headers and venv module, a C compiler
``preflight.py network``      can pip reach a package index? (run inside the virtual environment)
``preflight.py explain LOG``  which line of a failed pip log gives the reason

The file must also run on a Python that is too old, in order to report it: no syntax newer than 3.6.
"""

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile

OLDEST = (3, 10)
NETWORK_SIGNS = (
    "Failed to establish a new connection",
    "Connection refused",
    "Connection timed out",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "Temporary failure in name resolution",
    "Network is unreachable",
    "NewConnectionError",
    "Name or service not known",
    "ProxyError",
    "SSLError",
    "Could not fetch URL",
)


def debian_name():
    """Return ``python3.11``: the name of this Python's packages in the distribution."""
    return "python{}.{}".format(*sys.version_info[:2])


def missing_python():
    """Check that Python is new enough and has the venv module."""
    found = "{}.{}".format(*sys.version_info[:2])
    oldest = "{}.{}".format(*OLDEST)
    if sys.version_info < OLDEST:
        return (
            f"Python {oldest} or newer is needed, {sys.executable} is {found}: "
            "run make PYTHON=/path/to/a/newer/python3"
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError as error:
        return (
            f"{sys.executable} has no '{error.name}' module: "
            f"install it (Debian, Ubuntu: apt install {debian_name()}-venv)"
        )
    return None


def missing_headers():
    """Check for Python's C headers, which are a separate package on most distributions."""
    include = sysconfig.get_paths()["include"]
    if os.path.exists(os.path.join(include, "Python.h")):
        return None
    return (
        f"Python.h is not in {include}: install the headers of this Python "
        f"(Debian, Ubuntu: apt install {debian_name()}-dev; Fedora: dnf install python3-devel)"
    )


def missing_compiler():
    """Check that the compiler that setuptools will call exists and can link."""
    command = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")
    if shutil.which(command[0]) is None:
        return (
            f"no C compiler: '{command[0]}' is not on the PATH; install one "
            "(Debian, Ubuntu: apt install build-essential; Fedora: dnf install gcc) or name yours with CC="
        )
    with tempfile.TemporaryDirectory() as folder:
        source, library = os.path.join(folder, "probe.c"), os.path.join(folder, "probe.so")
        with open(source, "w") as file:
            file.write("#include <math.h>\n#include <stdint.h>\ndouble probe(double x) { return exp(x); }\n")
        run = subprocess.run(
            [*command, "-shared", "-fPIC", source, "-o", library, "-lm"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    if run.returncode == 0:
        return None
    reason = last_error(run.stdout)
    return (
        f"the C compiler '{command[0]}' cannot build a small library ({reason}): "
        "install the C library's headers too"
    )


def network_line(text):
    """Return the one line to show if `text` is the output of a pip that could not reach its index."""
    if not any(sign in text for sign in NETWORK_SIGNS):
        return None
    index = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple")
    return (
        f"pip cannot reach the package index {index}: check the network, or set PIP_INDEX_URL / HTTPS_PROXY"
    )


def missing_network():
    """Let pip itself, with its own settings, download one small package."""
    command = [sys.executable, "-m", "pip", "--retries", "1", "--timeout", "20", "--no-input", "download"]
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(
            [*command, "--no-deps", "--quiet", "--dest", folder, "wheel"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    if run.returncode == 0:
        return None
    return network_line(run.stdout) or f"pip cannot download packages: {last_error(run.stdout)}"


def last_error(text):
    """Return the line of a log that gives the reason, or else its last line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if "error:" in line.lower() and "subprocess-exited" not in line]
    return (errors or lines or ["(no output)"])[0 if errors else -1]


def explain(path):
    """Return the reason why the pip run that wrote the log at `path` failed."""
    with open(path, encoding="utf-8", errors="replace") as file:
        text = file.read()
    return network_line(text) or f"the installation failed: {last_error(text)} (all of it: {path})"


def main(arguments):
    """Return 0 and print nothing, or print one line to stderr and return 1."""
    if arguments[:1] == ["network"]:
        problem = missing_network()
    elif arguments[:1] == ["explain"]:
        problem = explain(arguments[1])
    else:
        problem = missing_python() or missing_headers() or missing_compiler()
    if problem:
        sys.stderr.write(f"ns2vec: {problem}\n")
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
