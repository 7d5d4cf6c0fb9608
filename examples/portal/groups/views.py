"""The saved registration groups of a centre: list, spreadsheets, copy, delete, audit trail."""

import io
import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_POST, require_safe

from accounts.portal import PortalRequest, centre_required
from groups import combination
from groups.drafts import MOST_DRAFTS, begin, begin_change, draft_of, readable, shown_or_sent
from groups.forms import SearchForm
from groups.models import Action, AuditEntry, Draft, SavedGroup
from groups.saving import delete as delete_saved
from groups.saving import record
from groups.timing import timed
from roc.spreadsheets import Table, basic_summary, full_information, to_csv, write_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def group_of(request: PortalRequest, group: int) -> SavedGroup:
    """Return a group of the centre."""
    return get_object_or_404(SavedGroup, pk=group, centre=request.centre)


@require_safe
@centre_required
def view(request: PortalRequest) -> HttpResponse:
    """View: the groups of the centre, those that fit a text, and what the person has not finished."""
    form = SearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    groups = SavedGroup.objects.filter(centre=request.centre).select_related("updated_by")
    shown = [
        each for each in groups if text.casefold() in f"{each.group_number} {each.description}".casefold()
    ]
    context = {
        "form": form,
        "text": text,
        "page": Paginator(shown, 50).get_page(request.GET.get("page")),
        "has_groups": bool(groups),
        "drafts": Draft.objects.filter(centre=request.centre, user=request.user),
        "most_drafts": MOST_DRAFTS,
    }
    return render(request, "groups/view.html", context)


@require_POST
@centre_required
@readable
def edit(request: PortalRequest, group: int) -> HttpResponse:
    """Open a group: it is changed as a draft, and stays as it is until that is saved."""
    found = group_of(request, group)
    return redirect("groups:draft", begin_change(request, found).pk)


@require_POST
@centre_required
@readable
def copy(request: PortalRequest, group: int) -> HttpResponse:
    """Begin a new group with what another one holds; it needs a number of its own."""
    found = group_of(request, group)
    copied = combination.read_group(found.document).evolve(group_number="")
    draft = begin(request, copied, copied_from=found.group_number)
    messages.success(request, f"This is a copy of {found.group_number}. Give it a number of its own.")
    return redirect("groups:draft", draft.pk)


@shown_or_sent
@centre_required
def delete(request: PortalRequest, group: int) -> HttpResponse:
    """Delete a group, once it is confirmed."""
    found = group_of(request, group)
    if request.method == "POST":
        version = request.POST.get("version", "")
        if version == str(found.version) and delete_saved(request, found, found.version):
            messages.success(request, f"{found.group_number} has been deleted.")
            return redirect("groups:view")
        messages.error(request, "Somebody has changed this group meanwhile. Look at it before you delete it.")
        return redirect("groups:delete", group)
    return render(request, "groups/delete.html", {"group": found})


@require_POST
@centre_required
def discard(request: PortalRequest, draft: uuid.UUID) -> HttpResponse:
    """Give a draft up."""
    draft_of(request, draft).delete()
    messages.success(request, "The draft has been discarded.")
    return redirect("groups:view")


@require_safe
@centre_required
def audit(request: PortalRequest) -> HttpResponse:
    """Say who did what, and when."""
    entries = AuditEntry.objects.filter(centre=request.centre).select_related("user")
    return render(
        request, "groups/audit.html", {"page": Paginator(entries, 50).get_page(request.GET.get("page"))}
    )


@require_safe
@centre_required
@readable
def download(request: PortalRequest, kind: str, suffix: str) -> HttpResponse:
    """Send a spreadsheet of the centre's groups: the Basic Summary or the Full Information."""
    saved = SavedGroup.objects.filter(centre=request.centre)
    groups = [combination.read_group(each.document) for each in saved]
    with timed():
        tables = [basic_summary(groups)] if kind == "basic-summary" else [*full_information(groups)]
        content = _file(tables, suffix)
    name = f"{kind}-{slugify(request.centre.number)}-{timezone.localdate().isoformat()}.{suffix}"
    if request.method == "GET":
        record(request.user, request.centre, Action.DOWNLOADED, file=name, groups=len(groups))
    return HttpResponse(
        content,
        content_type=XLSX if suffix == "xlsx" else "text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _file(tables: list[Table], suffix: str) -> bytes:
    if suffix == "csv":
        return to_csv(tables[0]).encode()
    file = io.BytesIO()
    write_xlsx(tables, file)
    return file.getvalue()
