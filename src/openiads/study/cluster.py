"""A Dask cluster as an executor: `--cluster local`, or the address of a scheduler."""

# ruff: noqa: PLC0415  (Dask is an extra and takes a second to import)
from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from openiads.results.study import MissingExtra
from openiads.study.design import StudyError

#: So many workers may die with a task before the scheduler gives it up (for schedulers started here).
ALLOWED_FAILURES = 10
_ADDRESS = re.compile(r"(?:tcp|tls)://(\[[0-9A-Fa-f:.]+\]|[^\s:/]+):(\d{1,5})")
_LOOPBACK = ("127.", "localhost", "[::1]")
_TIMEOUT_S = 10


@contextmanager
def cluster_executor(
    address: str, workers: int | None = None, say: Callable[[str], None] = lambda text: None
) -> Iterator[Executor]:
    """An executor on a Dask cluster.

    Parameters
    ----------
    address : "local" starts worker processes here, on loopback, and ends them again; "tcp://HOST:PORT" or
        "tls://HOST:PORT" is a scheduler that runs already, and goes on running.
    workers : with "local", processes of one thread each; by default as many as there are cores.
    say : is told what the user should know.

    Raises MissingExtra where Dask is not installed, StudyError for an address that is none or does not answer.
    """
    match = _ADDRESS.fullmatch(address)
    if address != "local" and match is None:
        raise StudyError(f"--cluster {address}: it is local, tcp://HOST:PORT or tls://HOST:PORT")
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError:
        raise MissingExtra("--cluster needs Dask: pip install 'openiads[dask]'") from None
    if match is not None and address.startswith("tcp:") and not match[1].startswith(_LOOPBACK):
        say(
            f"WARNING: {address} is neither loopback nor TLS: whoever reaches the scheduler can run programs there"
        )
    with dask.config.set({"distributed.scheduler.allowed-failures": ALLOWED_FAILURES}):
        if match is None:
            with (
                LocalCluster(
                    n_workers=workers or os.cpu_count() or 1, threads_per_worker=1, host="127.0.0.1",
                    dashboard_address=None, silence_logs=logging.ERROR,
                ) as local,
                Client(local) as client,
            ):  # fmt: skip
                yield client.get_executor(pure=False)
            return
        try:
            client = Client(address, timeout=_TIMEOUT_S)
        except (OSError, TimeoutError, ValueError) as error:
            text = " ".join(str(error).split())[:160]
            raise StudyError(f"--cluster {address}: no scheduler answers there ({text})") from None
        with client:
            if not client.nthreads():
                say(f"{address} has no workers yet; the study waits for them")
            yield client.get_executor(pure=False)


__all__ = ["ALLOWED_FAILURES", "cluster_executor"]
