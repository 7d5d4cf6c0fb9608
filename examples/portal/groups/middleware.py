"""How long the library took, said in a header of each answer."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from groups.combination import take_time


def server_timing(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Say with each answer how many milliseconds of it were spent on rules of combination."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        take_time()
        response = get_response(request)
        response["Server-Timing"] = f"roc;dur={take_time() * 1000:.2f}"
        return response

    return middleware
