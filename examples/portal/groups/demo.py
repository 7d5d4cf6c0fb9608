"""The registration groups of the demonstration: all invented."""

import itertools
from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts.models import Centre, User
from groups import combination
from groups.models import Action, SavedGroup
from groups.saving import record
from roc.registration import RegistrationGroup

GROUPS: Final = (
    ("QCF-010120", "Vehicle fitting, first year (invented)", "Qualifications", ("500/9810/X",)),
    ("QCF-CS-010120", "Customer service (invented)", "Qualifications", ("601/3457/4",)),
    (
        "QCF-BOTH-010120",
        "Vehicle fitting and customer service (invented)",
        "Qualifications",
        ("500/9810/X", "601/3457/4"),
    ),
    ("QAP-TRAIN-010120", "Trainers of the workshop (invented)", "QAP", ("601/0143/X",)),
)
"""Number, description, category and qualifications of each group; the number begins with the centre's name."""


def seed(centre: Centre, user: User) -> None:
    """Add what is missing of a centre's invented groups, each finished in the least way."""
    prefix = centre.name.split()[0]
    for number, description, category, qualifications in GROUPS:
        group = RegistrationGroup(
            group_number=f"{prefix}-{number}", description=description, category=category
        )
        for each in qualifications:
            begun = combination.start(combination.catalogue()[each])
            for found in itertools.islice(combination.solver(begun.qualification).completions(begun), 1):
                group = group.with_selection(found.selection)
        _save(centre, user, group)


def _save(centre: Centre, user: User, group: RegistrationGroup) -> None:
    key = {"centre": centre, "group_number_key": group.group_number.casefold()}
    is_ok = combination.check_group(group, timezone.localdate(), ()).ok
    if SavedGroup.objects.filter(**key).exists() or not is_ok:
        return
    with transaction.atomic():
        SavedGroup.objects.create(
            centre=centre,
            group_number=group.group_number,
            description=group.description,
            category=group.category,
            document=combination.written(group),
            created_by=user,
            updated_by=user,
        )
        record(user, centre, Action.CREATED, group.group_number, version=1, by="demonstration")
