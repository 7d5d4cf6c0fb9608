"""Saving: whole or not at all, never over what somebody else saved without a word, and never without a trace."""

import uuid
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Centre, User
from accounts.portal import PortalRequest
from groups import combination
from groups.models import Action, AuditEntry, Draft, SavedGroup, numbers_of
from roc.messages import Message
from roc.registration import RegistrationGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a save: a saved group, or what stands in its way."""

    saved: SavedGroup | None = None
    findings: tuple[Message, ...] = ()
    changed: SavedGroup | None = None
    is_gone: bool = False
    deleted: AuditEntry | None = None
    is_taken: bool = False


def record(user: User, centre: Centre, action: Action, number: str = "", **detail: object) -> None:
    """Add to the audit trail."""
    AuditEntry.objects.create(user=user, centre=centre, action=action, group_number=number, detail=detail)


def save(
    request: PortalRequest, draft: Draft, group: RegistrationGroup, *, over: int | None = None
) -> Outcome:
    """Save a draft as a group, unless something stands in the way; the draft is then done with.

    A draft that is done with already, as by a second click on Save, is saved and nothing more happens. A draft
    that changes a group replaces the version that it began with, or the version *over*, which the person
    was told of; a later one stays as it is.
    """
    try:
        with transaction.atomic():
            return _save(request, draft, group, over)
    except IntegrityError:  # somebody saved the same number in the same moment
        return Outcome(is_taken=True)


def _save(request: PortalRequest, draft: Draft, group: RegistrationGroup, over: int | None) -> Outcome:
    user, centre = request.user, request.centre
    base = None
    if draft.base_version is not None:
        base = SavedGroup.objects.select_for_update().filter(pk=draft.base_id or 0, centre=centre).first()
    # The group is locked before its draft, as a deletion does: neither waits for the other for ever.
    if not Draft.objects.select_for_update().filter(pk=draft.pk).exists():
        done = saved_from(centre, draft.pk)
        if done is not None:  # a second click on Save
            return Outcome(saved=done)
    if draft.base_version is not None:
        if base is None:
            return Outcome(is_gone=True, deleted=_deletion(centre, draft.base_number))
        if base.version not in {draft.base_version, over}:
            return Outcome(changed=base)
    others = numbers_of(centre, apart_from=[] if base is None else [base.pk])
    found = combination.check_group(group, timezone.localdate(), others)
    if not found.ok:
        return Outcome(findings=found.messages)
    detail: dict[str, object] = {}
    if base is None:
        action = Action.COPIED if draft.copied_from else Action.CREATED
        detail |= {"from": draft.copied_from} if draft.copied_from else {}
        saved = SavedGroup(centre=centre, created_by=user)
    else:
        action = Action.CHANGED
        detail |= {"number before": base.group_number} if base.group_number != group.group_number else {}
        detail |= {"saved over version": over} if base.version != draft.base_version else {}
        saved = base
        saved.version += 1
    saved.group_number, saved.description, saved.category = (
        group.group_number,
        group.description,
        group.category,
    )
    saved.document = combination.written(group)
    saved.updated_by = user
    saved.saved_from = draft.pk
    saved.save()
    record(user, centre, action, saved.group_number, version=saved.version, **detail)
    draft.delete()
    return Outcome(saved=saved)


def saved_from(centre: Centre, draft: uuid.UUID) -> SavedGroup | None:
    """Return the group as which a draft was saved."""
    return SavedGroup.objects.filter(centre=centre, saved_from=draft).first()


def _deletion(centre: Centre, number: str) -> AuditEntry | None:
    """Return who deleted a group, and when."""
    found = AuditEntry.objects.filter(centre=centre, action=Action.DELETED, group_number=number)
    return found.select_related("user").first()


def delete(request: PortalRequest, group: SavedGroup, version: int) -> bool:
    """Delete a group if it is still the version that the person was shown."""
    with transaction.atomic():
        locked = SavedGroup.objects.select_for_update()
        found = locked.filter(pk=group.pk, centre=request.centre, version=version).first()
        if found is None:
            return False
        record(request.user, request.centre, Action.DELETED, found.group_number, version=version)
        found.delete()
    return True
