"""ROC Checker: how a candidate's units stand, and which of them make the best combination."""

from typing import cast

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.portal import PortalRequest, centre_required
from groups import combination, pages
from groups.drafts import shown_or_sent
from groups.forms import CheckerForm
from roc.errors import DataError, InvalidData
from roc.rules import State
from roc.selection import Selection

STATES = {
    State.ACHIEVED: "Achieved",
    State.RPL: "RPL (prior learning)",
    State.EXEMPT: "Exempt",
    State.CREDIT_TRANSFER: "Credit transfer",
    State.EQUIVALENT: "Equivalent",
}


@shown_or_sent
@centre_required
def checker(request: PortalRequest) -> HttpResponse:
    """ROC Checker: enter a candidate's units, and see where they lead."""
    rows = combination.search("", timezone.localdate())
    qualifications = {pages.slug(each.qualification): each.qualification for each in rows}
    form = CheckerForm(qualifications, request.POST or None, request.FILES or None)
    context: dict[str, object] = {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            read = combination.read_units(
                form.cleaned_data["text"], form.format, qualifications[form.cleaned_data["qualification"]]
            )
            achieved = _with_states(request, read)
            context |= {"result": pages.result(combination.best(achieved)), "units": _units(achieved)}
            if form.format == "text":
                context["pasted"] = form.cleaned_data["text"]
        except InvalidData as error:
            context["problems"] = [
                pages.problem(each) for each in cast("tuple[DataError, ...]", error.exceptions)
            ]
    return render(request, "groups/checker.html", context)


def _with_states(request: PortalRequest, read: Selection) -> Selection:
    """Return the units with the states that were chosen beside them."""
    entries = [
        entry.evolve(state=state) if state in STATES else entry
        for entry in read.entries
        for state in [request.POST.get(f"state-{entry.place}", "")]
    ]
    return read.evolve(entries=entries)


def _units(achieved: Selection) -> list[tuple[str, str, list[pages.Choice]]]:
    """Return each unit with the states that it can have."""
    listed = achieved.qualification.units_by_number
    return [
        (
            str(entry.place),
            listed[entry.place].title if entry.place in listed else "",
            [
                pages.Choice(value=state.value, label=label, is_chosen=state is entry.state)
                for state, label in STATES.items()
            ],
        )
        for entry in achieved
    ]
