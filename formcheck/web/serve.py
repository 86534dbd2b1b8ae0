"""Serve the review pages on this machine until stopped."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable
from typing import Final

import uvicorn

from formcheck.errors import SetupError
from formcheck.store import Store
from formcheck.web.app import create_app

__all__ = ["serve"]

HOST: Final = "127.0.0.1"


def serve(store: Store, *, port: int, ready: Callable[[str], None]) -> None:
    """Serve until Ctrl-C. `port` 0 takes a free one; `ready` is told the address to open. Raises SetupError."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, port))
        except OSError as error:
            raise SetupError(
                f"port {port} cannot be used ({error.strerror}); choose another with --port, 0 takes a free one"
            ) from error
        listening.listen(128)
        taken = listening.getsockname()[1]
        token = secrets.token_urlsafe(32)
        app = create_app(store, token=token, hosts=frozenset({f"{HOST}:{taken}", f"localhost:{taken}"}))
        config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, proxy_headers=False)
        ready(f"http://{HOST}:{taken}/open?token={token}")
        uvicorn.Server(config).run(sockets=[listening])
