"""The page on which a registration group is defined: every click is kept in a draft."""

import re
import uuid
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods

from accounts.portal import PortalRequest, centre_required
from groups import combination, pages
from groups.forms import HeaderForm, SearchForm, UnitForm
from groups.models import Draft, SavedGroup
from groups.saving import Outcome, save, saved_from
from roc.errors import DataError, InvalidData, LimitReachedError, SelectionError
from roc.registration import RegistrationGroup
from roc.selection import Selection

P = ParamSpec("P")
MOST_DRAFTS = 50
"""So many drafts of a person are kept in a centre, the latest ones."""
shown_or_sent = require_http_methods(["GET", "HEAD", "POST"])
_ID = re.compile(r"[\w-]{1,120}")


def readable(
    view: Callable[Concatenate[PortalRequest, P], HttpResponseBase],
) -> Callable[Concatenate[PortalRequest, P], HttpResponseBase]:
    """Say so where a group cannot be read any more, such as when a qualification was withdrawn from the rules."""

    @wraps(view)
    def wrapped(request: PortalRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except InvalidData as error:
            problems = [str(each) for each in error.exceptions]
            return render(request, "groups/unreadable.html", {"problems": problems}, status=409)

    return wrapped


def draft_of(request: PortalRequest, draft: uuid.UUID, *, locked: bool = False) -> Draft:
    """Return a draft of the centre."""
    drafts = Draft.objects.select_for_update() if locked else Draft.objects
    return get_object_or_404(drafts, pk=draft, centre=request.centre)


def begin(request: PortalRequest, group: RegistrationGroup, **fields: Any) -> Draft:
    """Keep a new draft, and of the person's others the latest."""
    document = combination.written(group)
    begun = Draft.objects.create(centre=request.centre, user=request.user, document=document, **fields)
    drafts = Draft.objects.filter(centre=request.centre, user=request.user)
    for oldest in drafts.values_list("updated_at", flat=True)[MOST_DRAFTS - 1 : MOST_DRAFTS]:
        drafts.filter(updated_at__lt=oldest).delete()  # by age: what is begun in the same moment stays
    return begun


def keep(draft: Draft, group: RegistrationGroup) -> None:
    """Keep a draft as it is now."""
    draft.document = combination.written(group)
    draft.save(update_fields=["document", "updated_at"])


def begin_change(request: PortalRequest, group: SavedGroup) -> Draft:
    """Return the person's draft of a saved group as it stands: the one that they have, or a new one."""
    fields = {"base": group, "base_version": group.version}
    begun = Draft.objects.filter(centre=request.centre, user=request.user, **fields).first()
    if begun is None:
        read = combination.read_group(group.document)
        begun = begin(request, read, base_number=group.group_number, **fields)
    return begun


@shown_or_sent
@centre_required
@readable
def create(request: PortalRequest) -> HttpResponse:
    """A new registration group; it becomes a draft with the first click."""
    group = RegistrationGroup(group_number="")
    form = HeaderForm(request.POST or None, initial=HeaderForm.of(group))
    if request.method == "POST":
        changed = form.apply(group)
        if changed is not None:
            draft = begin(request, changed)
            return redirect(
                "groups:search" if request.POST.get("do") == "search" else "groups:draft", draft.pk
            )
    return render(request, "groups/draft.html", {"form": form, "group": group})


class Click:
    """What one button of the page does to the draft."""

    def __init__(self, request: PortalRequest, group: RegistrationGroup) -> None:
        self.request = request
        self.group = group
        self.verb, _, rest = request.POST.get("do", "keep").partition("|")
        self.slug, _, self.rest = rest.partition("|")
        self.opened = ""
        self.reason: tuple[str, str] = ("", "")

    def selection(self) -> Selection | None:
        """Return the selection that the button belongs to."""
        return next(
            (each for each in self.group.selections if pages.slug(each.qualification) == self.slug), None
        )

    def apply(self) -> None:
        """Do it; what cannot be done is said, and nothing is changed."""
        self._answers()
        act: Callable[[Selection], None] | None = {
            "add": self._add,
            "remove": self._remove,
            "why": self._why,
            "finish": self._finish,
            "drop": self._drop,
        }.get(self.verb)
        if act is None:
            return
        selection = self.selection()
        if selection is None:
            self._say("That qualification is not part of this group any more.", is_wrong=True)
            return
        try:
            act(selection)
        except (DataError, SelectionError) as error:
            self._say(f"Nothing was changed: {error}.", is_wrong=True)

    def _answers(self) -> None:
        """Take over pathways and conditions as they are marked on the page."""
        post = self.request.POST
        for selection in self.group.selections:
            name = pages.slug(selection.qualification)
            if name not in post.getlist("shown"):
                continue
            chosen = post.get(f"pathway-{name}", selection.pathway or "") or None
            try:
                changed = combination.reselected(selection, chosen, post.getlist(f"condition-{name}"))
            except (DataError, SelectionError) as error:
                self._say(f"Nothing was changed: {error}.", is_wrong=True)
                continue
            self._replace(selection, changed)

    def _replace(self, before: Selection, after: Selection) -> None:
        if after == before:
            return
        self.group = self.group.with_selection(after)
        came = [number for number in after.numbers if number not in before.numbers]
        went = [number for number in before.numbers if number not in after.numbers]
        if came:
            self._say(f"{pages.sentence(came)} {'was' if len(came) == 1 else 'were'} added.")
        if went:
            self._say(f"{pages.sentence(went)} {'was' if len(went) == 1 else 'were'} removed.")

    def _say(self, text: str, *, is_wrong: bool = False) -> None:
        (messages.error if is_wrong else messages.success)(self.request, text)

    def _unit(self) -> str:
        number, _, row = self.rest.partition("|")
        self.opened = row if _ID.fullmatch(row) else ""
        return number[:60]

    def _add(self, selection: Selection) -> None:
        number = self._unit()
        after = combination.added(selection, number)
        came = [str(each) for each in after.numbers if each not in selection.numbers]
        linked = [each for each in came if each != number]
        if len(linked) == len(came) - 1 and linked:
            self.group = self.group.with_selection(after)
            units = "linked unit" if len(linked) == 1 else "linked units"
            self._say(f"{number} and its {units} {pages.sentence(linked)} were added.")
        else:
            self._replace(selection, after)

    def _remove(self, selection: Selection) -> None:
        self._replace(selection, combination.removed(selection, self._unit()))

    def _why(self, selection: Selection) -> None:  # noqa: ARG002 - as its siblings
        number = self._unit()
        self.reason = (self.opened, number)

    def _finish(self, selection: Selection) -> None:
        standing = combination.standing(selection, timezone.localdate())
        for each in standing.suggestions:
            if pages.key(each) == self.rest:
                self._replace(selection, pages.listed(each, selection))
                return
        self._say("The suggestions have changed meanwhile. Choose again.", is_wrong=True)

    def _drop(self, selection: Selection) -> None:
        self.group = self.group.without(selection.qualification)
        self._say(f"{selection.qualification} was removed from the group.")


@shown_or_sent
@centre_required
@readable
def draft(request: PortalRequest, draft: uuid.UUID) -> HttpResponse:
    """Define Registration Groups: a draft, and what one can do with it; what was saved already is in View."""
    try:
        return _draft(request, draft)
    except Http404:
        done = saved_from(request.centre, draft)
        if done is None:
            raise
        messages.info(request, f"{done.group_number} has been saved. Open it to change it.")
        return leave(request, resolve_url("groups:view"))


def _draft(request: PortalRequest, draft: uuid.UUID) -> HttpResponse:
    if request.method != "POST":
        found = draft_of(request, draft)
        asked = (request.GET.get("why", ""), request.GET.get("unit", ""))
        return page(request, found, opened=request.GET.get("open", ""), reason=asked)
    with transaction.atomic():
        found = draft_of(request, draft, locked=True)
        group = combination.read_group(found.document)
        form = HeaderForm(request.POST, initial=HeaderForm.of(group))
        changed = form.apply(group)
        if changed is None:
            return page(request, found, form=form)
        click = Click(request, changed)
        click.apply()
        keep(found, click.group)
    if click.verb in {"search", "elsewhere"}:
        url = resolve_url(f"groups:{click.verb}", draft)
        query = f"?{urlencode({'of': click.slug})}" if click.verb == "elsewhere" else ""
        return leave(request, url + query)
    if click.verb == "open-theirs" and found.base is not None:
        return leave(request, resolve_url("groups:draft", begin_change(request, found.base).pk))
    if click.verb in {"save", "save-over", "save-new"}:
        return _save(request, found, click, form)
    if request.headers.get("HX-Request"):
        return page(request, found, group=click.group, opened=click.opened, reason=click.reason)
    shown = {"open": click.opened} | (
        {"why": click.reason[0], "unit": click.reason[1]} if click.reason[0] else {}
    )
    anchor = f"#{click.opened}" if click.opened else f"#q-{click.slug}" if click.selection() else ""
    return redirect(f"{resolve_url('groups:draft', draft)}?{urlencode(shown)}{anchor}")


def leave(request: PortalRequest, url: str) -> HttpResponse:
    """Lead to another page, whether the whole page asked or a part of it."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": url})
    return redirect(url)


def _save(request: PortalRequest, draft: Draft, click: Click, form: HeaderForm) -> HttpResponse:
    over: int | None = None
    if click.verb == "save-new":
        draft.base, draft.base_version = None, None
    elif click.verb == "save-over" and click.slug.isdecimal() and len(click.slug) < 10:
        over = int(click.slug)
    outcome = save(request, draft, click.group, over=over)
    if outcome.saved is not None:
        messages.success(request, f"{outcome.saved.group_number} has been saved.")
        return leave(request, resolve_url("groups:view"))
    findings = _findings(outcome, click.group)
    for place, words in findings:
        if place.startswith("id_"):
            form.add_error(place.removeprefix("id_"), words)
    return page(request, draft, group=click.group, form=form, outcome=outcome, findings=findings)


def page(
    request: PortalRequest,
    draft: Draft,
    *,
    group: RegistrationGroup | None = None,
    form: HeaderForm | None = None,
    opened: str = "",
    reason: tuple[str, str] = ("", ""),
    outcome: Outcome | None = None,
    findings: Iterable[tuple[str, str]] = (),
) -> HttpResponse:
    """Show a draft."""
    group = group or combination.read_group(draft.document)
    panels = [_panel(each, opened, reason) for each in group.selections]
    context = {
        "draft": draft,
        "group": group,
        "form": form or HeaderForm(initial=HeaderForm.of(group)),
        "panels": panels,
        "outcome": outcome,
        "findings": findings,
        "announcement": "; ".join(f"{each.number or each.title}: {' '.join(each.lines)}" for each in panels),
    }
    return render(request, "groups/draft.html", context)


def _panel(selection: Selection, opened: str, reason: tuple[str, str]) -> pages.Panel:
    standing = combination.standing(selection, timezone.localdate())
    row, number = reason
    words: tuple[str, ...] = ()
    if row.startswith(f"q-{pages.slug(selection.qualification)}-g"):
        try:
            words = combination.why(selection, number)
        except LimitReachedError:
            words = ("That would take too long to work out.",)
        except (DataError, SelectionError):
            words = ()
    return pages.Reader(
        standing.status, standing, opened=opened.rpartition("-u")[0] or opened, reason=(row, words)
    ).panel(standing)


_FIELDS = {"$.group_number": "group_number", "$.description": "description", "$.category": "group_type"}


def _findings(outcome: Outcome, group: RegistrationGroup) -> list[tuple[str, str]]:
    """Return what stands in the way of a save: where on the page, and in words."""
    found = [(_place(each.path, group), each.text("plain")) for each in outcome.findings]
    if outcome.is_taken:
        found.append(("id_group_number", "Another group of your centre has this number already."))
    return found


def _place(path: str, group: RegistrationGroup) -> str:
    """Return the id of what a finding is about."""
    if path in _FIELDS:
        return f"id_{_FIELDS[path]}"
    index = re.match(r"\$\.selections\[(\d+)\]", path)
    return f"q-{pages.slug(group.selections[int(index[1])].qualification)}" if index else "qualifications"


@shown_or_sent
@centre_required
@readable
def search(request: PortalRequest, draft: uuid.UUID) -> HttpResponse:
    """Search Qualifications: what was marked is added to the draft with OK; Cancel adds nothing."""
    found = draft_of(request, draft)
    rows = {pages.slug(each.qualification): each for each in combination.search("", timezone.localdate())}
    if request.method == "POST":
        chosen = [rows[name] for name in dict.fromkeys(request.POST.getlist("add")) if name in rows]
        with transaction.atomic():
            found = draft_of(request, draft, locked=True)
            group = combination.read_group(found.document)
            there = {pages.slug(each.qualification) for each in group.selections}
            for row in chosen:
                if pages.slug(row.qualification) not in there:
                    group = group.with_selection(combination.start(row.qualification))
                    messages.success(request, f"{row.qualification} was added to the group.")
            keep(found, group)
        return redirect("groups:draft", draft)
    group = combination.read_group(found.document)
    there = {pages.slug(each.qualification) for each in group.selections}
    asked = list(dict.fromkeys(name for name in request.GET.getlist("add") if name in rows))
    gone = request.GET.get("take-back", "")
    asked = [name for name in asked if name != gone]
    form = SearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    context = {
        "draft": found,
        "form": form,
        "asked": [(name, rows[name].qualification) for name in asked],
        "is_searched": "q" in request.GET,
        "found": [
            (name, each, name in there or name in asked)
            for each in (combination.search(text, timezone.localdate()) if "q" in request.GET else ())
            for name in [pages.slug(each.qualification)]
        ],
    }
    return render(request, "groups/search.html", context)


@shown_or_sent
@centre_required
@readable
def elsewhere(request: PortalRequest, draft: uuid.UUID) -> HttpResponse:
    """A unit from elsewhere, for a group that is open to such units."""
    found = draft_of(request, draft)
    wanted = slugify(request.GET.get("of", ""))
    group = combination.read_group(found.document)
    selection = next((each for each in group.selections if pages.slug(each.qualification) == wanted), None)
    if selection is None:
        messages.error(request, "That qualification is not part of this group any more.")
        return redirect("groups:draft", draft)
    form = UnitForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        unit = form.unit()
        try:
            after = None if unit is None else combination.added(selection, unit)
        except (DataError, SelectionError) as error:
            form.add_error(None, str(error))
        else:
            if after is not None:
                with transaction.atomic():
                    keep(draft_of(request, draft, locked=True), group.with_selection(after))
                messages.success(request, f"{unit} was added.")
                return redirect(f"{resolve_url('groups:draft', draft)}#q-{wanted}")
    takes = [pages.opening(each.opening) for each in selection.qualification.all_groups() if each.opening]
    context = {"draft": found, "form": form, "qualification": selection.qualification, "takes": takes}
    return render(request, "groups/elsewhere.html", context)
