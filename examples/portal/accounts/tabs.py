"""The tabs of the portal, as the guide shows them; most are no part of this demonstration and say so."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

ELSEWHERE = {
    "qualifications": "Qualifications",
    "apprenticeship": "Apprenticeship",
    "qap": "QAP",
    "accredited": "Accredited",
    "accreditation": "Accreditation",
    "irtec": "IRTEC",
    "candidate": "Candidate",
    "reports": "Reports",
}
"""The tabs that are shown and are no part of the demonstration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """A tab of the portal; the one without an address opens the menu of the centre."""

    name: str
    url: str = ""
    current: bool


def tabs(request: HttpRequest) -> dict[str, tuple[Tab, ...]]:
    """Give every page behind the logon its tabs, in the guide's order."""
    if not hasattr(request, "centre"):
        return {}
    match = request.resolver_match
    here = match.kwargs.get("tab") if match else None
    shown = [
        Tab(name=name, url=reverse("accounts:tab", args=[slug]), current=slug == here)
        for slug, name in ELSEWHERE.items()
    ]
    centre = Tab(name="Centre", current=bool(match and match.namespace == "groups"))
    return {"portal_tabs": (*shown[:-1], centre, shown[-1])}
