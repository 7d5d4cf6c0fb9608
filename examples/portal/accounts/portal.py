"""Who is signed in to the portal, and for which centre: what every page behind the logon asks first."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRedirect

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
    """Let only people in who are signed in for a centre that they (still) work for; the others sign in first.

    What they see is kept by no cache, so that nothing is left of it in the browser once they have logged out.
    """

    @never_cache
    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _elsewhere(request, "accounts:home")
        centre = request.user.centres.filter(pk=request.session.get(CENTRE_KEY, 0)).first()
        if centre is None:
            return _elsewhere(request, "accounts:logon")
        request.centre = centre  # type: ignore[attr-defined] # from here on it is a PortalRequest
        return view(request, *args, **kwargs)  # type: ignore[arg-type] # see the line above

    return wrapped


def _elsewhere(request: HttpRequest, name: str) -> HttpResponse:
    """Lead a person to another page; where only part of a page was asked for, the whole page is left."""
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(resolve_url(name))
    return redirect(name)
