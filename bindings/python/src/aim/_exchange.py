"""One request, carried by a function of the host."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING, Any, Callable, Optional, Protocol

if TYPE_CHECKING:
    from .fetch import Fetch
    from .wire import Request

PIECE_BYTES = 65536


class Response(Protocol):
    """An answer, as http.client and urllib give it."""

    status: int
    headers: Any

    def read(self, amt: int) -> bytes:
        """At most so many bytes of the body; none at its end."""


Send = Callable[["Request"], Response]


def carry(fetch: Fetch, request: Request, send: Send) -> None:
    """Sends a request and hands over its answer, whatever becomes of it."""
    response: Optional[Response] = None
    try:
        try:
            response = send(request)
        except OSError as error:
            # urllib raises answers with a status of 400 or more.
            response = error if hasattr(error, "headers") and hasattr(error, "read") else None  # type: ignore[assignment]
            if response is None:
                raise
        body = fetch.respond(request.id, response.status, response.headers)
        while body:
            piece = response.read(PIECE_BYTES)
            if not piece:
                break
            body = fetch.data(request.id, piece)
    except OSError as error:
        phase, why = failure_of(error, response is not None)
        fetch.end(request.id, phase, why, f"{type(error).__name__} while talking to the API server")
    except BaseException as error:
        # Nobody else says so to the fetch, which would wait for the end of this request for ever.
        if not fetch.closed:
            fetch.end(request.id, "lost", "cut", f"{type(error).__name__} in the program")
        raise
    else:
        fetch.end(request.id)
    finally:
        close = getattr(response, "close", None)
        if close is not None:
            close()


def failure_of(error: BaseException, has_begun: bool) -> tuple[str, str]:
    """(phase, why) of a failure: what decides whether the request may be sent again."""
    reason = getattr(error, "reason", None)
    if isinstance(reason, BaseException):
        error = reason
    if not has_begun:
        if isinstance(error, ssl.SSLError):
            return "unsent", "trust"
        if isinstance(error, (ConnectionRefusedError, socket.gaierror)):
            return "unsent", "connect"
    return "lost", "timeout" if isinstance(error, (TimeoutError, socket.timeout)) else "cut"
