"""Serving an application over HTTP with uvicorn."""

from __future__ import annotations

import socket

import uvicorn
from fastapi import FastAPI

from ns2vec.training.blas import blas_threads

KEEP_ALIVE = 30  # seconds that an idle connection stays open


def serve(app: FastAPI, bound: socket.socket, *, is_verbose: bool = False) -> None:
    """Serve on a bound socket until Ctrl-C or SIGTERM.

    Parameters
    ----------
    app : FastAPI
    bound : socket.socket
    is_verbose : bool
        Log each request.
    """
    config = uvicorn.Config(
        app,
        log_level="info" if is_verbose else "warning",
        access_log=is_verbose,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=3,
        server_header=False,
    )
    # BLAS threads spin while they wait for each other: with 50 clients on two busy processors, a request
    # took 3.2 ms of processor time with two BLAS threads, and 1.8 with one (python -m benchmarks app)
    with blas_threads(1):
        uvicorn.Server(config).run(sockets=[bound])
