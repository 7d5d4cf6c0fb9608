"""The pages of logging in."""

from typing import cast

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_lockout_response
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.signals import user_login_failed
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import LogInForm, LogonForm, SetUpForm
from accounts.models import Centre, Membership, User
from accounts.portal import CENTRE_KEY, PortalRequest, centre_required
from accounts.tabs import ELSEWHERE

NEW_PIN_KEY = "new_pin"

shown_or_sent = require_http_methods(["GET", "HEAD", "POST"])


@shown_or_sent
@never_cache
@sensitive_post_parameters()
def home(request: HttpRequest) -> HttpResponse:
    """The home page: PIN and password; a new account is not logged in but set up."""
    form = LogInForm(request, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        user = form.get_user()
        if user.is_new:
            request.session[NEW_PIN_KEY] = user.pin
            return redirect("accounts:setup")
        login(request, user)
        return redirect("accounts:home")
    return render(request, "accounts/home.html", {"form": form})


@shown_or_sent
@never_cache
@sensitive_post_parameters()
def setup(request: HttpRequest) -> HttpResponse:
    """New Account Setup: PIN and surname once more, and a password."""
    form = SetUpForm(
        request,
        request.POST if request.method == "POST" else None,
        initial={"pin": request.session.get(NEW_PIN_KEY, "")},
    )
    if request.method == "POST" and form.is_valid() and (user := form.save()):
        login(request, user)
        messages.success(request, "Your account has been created.")
        return redirect("accounts:home")
    return render(request, "accounts/setup.html", {"form": form})


@shown_or_sent
@never_cache
@login_required
def logon(request: HttpRequest) -> HttpResponse:
    """The Web Portal 2 logon: for which centre, and where confirmations go.

    Details that don't fit count as failed log-ins do, by a name of their own: a log-in in between forgives nothing.
    """
    user = cast("User", request.user)
    guesses = {"username": f"{user.pin} logon"}
    if not AxesProxyHandler.is_allowed(request, guesses):
        return cast("HttpResponse", get_lockout_response(request, credentials=guesses))
    form = LogonForm(user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        centre = cast("Centre", form.centre)
        Membership.objects.filter(user=user, centre=centre).update(email=form.cleaned_data["email"])
        AxesProxyHandler.reset_attempts(username=guesses["username"])
        request.session.cycle_key()
        request.session[CENTRE_KEY] = centre.pk
        return redirect("accounts:portal")
    if form.is_unfit:
        user_login_failed.send(sender=__name__, credentials=guesses, request=request)
    return render(request, "accounts/logon.html", {"form": form})


@require_safe
@centre_required
def portal(request: PortalRequest) -> HttpResponse:
    """The portal's home."""
    return render(request, "accounts/portal.html")


@require_safe
@centre_required
def tab(request: PortalRequest, tab: str) -> HttpResponse:
    """A tab that is no part of the demonstration."""
    if tab not in ELSEWHERE:
        raise Http404
    return render(request, "accounts/tab.html", {"name": ELSEWHERE[tab]})


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Log out."""
    logout(request)
    messages.success(request, "You have logged out.")
    return redirect("accounts:home")
