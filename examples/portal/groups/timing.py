"""How long the library takes, said in a header of each answer."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase

_spent: ContextVar[float] = ContextVar("_spent", default=0.0)


@contextmanager
def timed() -> Iterator[None]:
    """Add the time that is spent inside to that of the request."""
    began = time.perf_counter()
    try:
        yield
    finally:
        _spent.set(_spent.get() + time.perf_counter() - began)


def server_timing(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Say with each answer how many milliseconds of it were spent on rules of combination."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        _spent.set(0.0)
        response = get_response(request)
        response["Server-Timing"] = f"roc;dur={_spent.get() * 1000:.2f}"
        return response

    return middleware
