"""Nothing that was acknowledged is lost when the portal, or its database, is killed in the middle of saves."""

import csv
import io
import random
import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from http.client import HTTPException
from pathlib import Path

import pytest
from tests.serving import Person, Portal
from tests.with_postgresql import PostgreSQL, programs

COPY = re.compile(r'action="(/centre/groups/\d+/copy/)"')
WHOLE = """
from groups import combination
from groups.models import Action, AuditEntry, SavedGroup
made = AuditEntry.objects.filter(action__in=[Action.CREATED, Action.COPIED])
groups = SavedGroup.objects.all()
assert sorted(groups.values_list("group_number", flat=True)) == sorted(made.values_list("group_number", flat=True))
for each in groups:
    assert combination.read_group(each.document).group_number == each.group_number
"""
PEOPLE = 3
ROUNDS = 3


@pytest.fixture(params=["sqlite", "postgresql", "postgresql itself"])
def killed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Portal, PostgreSQL | None]]:
    """A portal, and the database's server where that is what is killed."""
    with ExitStack() as stack:
        log = stack.enter_context((tmp_path / "log").open("wb"))
        database = None
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path}/portal.sqlite3"
        else:
            if programs() is None:
                pytest.skip("PostgreSQL is not installed")
            database = stack.enter_context(PostgreSQL())
            url = database.url
        portal = stack.enter_context(Portal(url, log))
        yield portal, database if request.param == "postgresql itself" else None


def save_on(person: Person, name: str, acknowledged: list[str]) -> None:
    """Copy a group under new numbers, one after the other, until nobody answers."""
    with suppress(OSError, HTTPException), person:
        person.get("/centre/groups/")
        copy = COPY.search(person.page)
        assert copy is not None
        for i in range(10_000):
            draft = person.post(copy[1])
            number = f"{name}-{i}"
            person.post(draft, do="save", group_number=number, description="Saved before the end")
            acknowledged.append(number)
            person.get("/portal/")


def test_no_acknowledged_group_is_lost(killed: tuple[Portal, PostgreSQL | None]) -> None:
    portal, database = killed
    acknowledged: list[str] = []
    chance = random.Random(20260831)  # noqa: S311 - when to kill is no secret
    for turn in range(ROUNDS):
        people = [Person(portal.port) for _ in range(PEOPLE)]
        for person in people:
            person.log_in()
        before = len(acknowledged)
        busy = [
            threading.Thread(target=save_on, args=(person, f"{turn}-{i}", acknowledged))
            for i, person in enumerate(people)
        ]
        for each in busy:
            each.start()
        busy[0].join(timeout=chance.uniform(1.5, 3.0))
        if database is None:
            portal.kill()
        else:
            database.kill()
            portal.kill()
            database.start()
        for each in busy:
            each.join()
        assert len(acknowledged) > before, "nothing was saved in this round"
        portal.start()
        portal.manage("shell", "--no-imports", "-c", WHOLE)
        with Person(portal.port) as reader:
            reader.log_in()
            reader.get("/centre/groups/basic-summary.csv")
        rows = csv.reader(io.StringIO(reader.page.removeprefix("\ufeff")))
        saved = {row[0] for row in rows}
        assert set(acknowledged) <= saved
