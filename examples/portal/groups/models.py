"""Registration groups as they are saved, those that are being defined, and who did what."""

import uuid
from collections.abc import Iterable
from typing import Any, ClassVar, NoReturn

from django.db import models

from accounts.models import Centre, User, folded


class SavedGroup(models.Model):
    """A registration group of a centre."""

    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="groups")
    group_number = models.CharField(max_length=1000)
    group_number_key = models.CharField(
        max_length=2000, help_text="The number as it is compared: case and spaces don’t matter."
    )
    description = models.CharField(max_length=1000)
    category = models.CharField(max_length=100)
    document = models.JSONField(help_text="The group in the library’s own form.")
    version = models.PositiveIntegerField(default=1, help_text="One more with each save.")
    saved_from = models.UUIDField(
        null=True, editable=False, db_index=True, help_text="The draft that was saved last; it is gone."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("group_number_key",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["centre", "group_number_key"], name="group_number_once_in_a_centre"
            )
        ]

    def __str__(self) -> str:
        return self.group_number

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save it, with its number as it is compared."""
        self.group_number_key = folded(self.group_number)
        super().save(*args, **kwargs)


class Draft(models.Model):
    """A registration group while it is defined: kept with each click, so that nothing is lost."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="drafts")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    document = models.JSONField()
    base = models.ForeignKey(SavedGroup, null=True, on_delete=models.SET_NULL, related_name="drafts")
    base_version = models.PositiveIntegerField(
        null=True, help_text="The version that is being changed; it stays when the group is deleted."
    )
    base_number = models.CharField(max_length=1000, blank=True)
    copied_from = models.CharField(max_length=1000, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("-updated_at",)

    def __str__(self) -> str:
        return str(self.id)


class Action(models.TextChoices):
    """What a person does with a group."""

    CREATED = "created", "Created"
    CHANGED = "changed", "Changed"
    COPIED = "copied", "Copied"
    DELETED = "deleted", "Deleted"
    DOWNLOADED = "downloaded", "Downloaded"


class AuditEntry(models.Model):
    """Who did what, and when: added to, never changed."""

    when = models.DateTimeField(auto_now_add=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=20, choices=Action)
    group_number = models.CharField(max_length=1000, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ("-when", "-pk")
        indexes: ClassVar = [models.Index(fields=["centre", "-when"], name="audit_of_a_centre")]

    def __str__(self) -> str:
        return f"{self.when:%Y-%m-%d %H:%M} {self.user} {self.action} {self.group_number}"

    def save(self, *, using: str | None = None, **_kwargs: Any) -> None:
        """Add it, once."""
        super().save(force_insert=True, using=using)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Refuse: what was done stays done."""
        text = "An entry of the audit trail is not deleted."
        raise TypeError(text)


def numbers_of(centre: Centre, *, apart_from: Iterable[int] = ()) -> list[str]:
    """Return the numbers of a centre's groups, apart from some."""
    groups = SavedGroup.objects.filter(centre=centre).exclude(pk__in=apart_from)
    return list(groups.values_list("group_number", flat=True))
