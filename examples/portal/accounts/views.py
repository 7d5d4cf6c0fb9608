"""The pages of logging in (stubs)."""

from django.http import HttpRequest, HttpResponse


def home(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("home")


def logon(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("logon")


def portal(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("portal")
