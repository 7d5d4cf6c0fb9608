"""Who is signed in to the portal, and for which centre: what every page behind the logon asks first."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from accounts.models import Centre, User

P = ParamSpec("P")

CENTRE_KEY = "centre"


class PortalRequest(HttpRequest):
    """A request of a person who is signed in for a centre."""

    user: User
    centre: Centre


def centre_required(
    view: Callable[Concatenate[PortalRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let only people in who are signed in for a centre that they (still) work for; the others sign in first."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _elsewhere(request, "accounts:home")
        centre = request.user.centres.filter(pk=request.session.get(CENTRE_KEY)).first()
        if centre is None:
            return _elsewhere(request, "accounts:logon")
        request.centre = centre  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)  # type: ignore[arg-type]

    return wrapped


def _elsewhere(request: HttpRequest, name: str) -> HttpResponse:
    """Lead a person to another page; a page that only part of is asked for is left as a whole."""
    response = redirect(name)
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=204, headers={"HX-Redirect": response["Location"]})
    return response
