"""The recipe of the library's page on testing, for this portal: any clicks on any rule agree with the library."""

import re
import uuid
from collections.abc import Collection

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from accounts.demo import seed
from accounts.portal import CENTRE_KEY
from groups import combination, pages
from groups.models import Draft
from roc.qualification import Qualification
from roc.strategies import QualificationMachine

QUALIFICATIONS = list(combination.catalogue().on(timezone.localdate()))


class DraftMachine(QualificationMachine):
    """A draft, by the requests that a browser sends."""

    qualifications = st.sampled_from(QUALIFICATIONS)

    def start(self, qualification: Qualification, pathway: str | None) -> None:
        """Add the qualification to a new draft, and choose the pathway."""
        centre, user = seed()[1]
        self.client = Client()
        self.client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        session = self.client.session
        session[CENTRE_KEY] = centre.pk
        session.save()
        self.slug = pages.slug(qualification)
        self.draft = self.client.post("/centre/groups/create/", {"do": "keep"})["Location"]
        self.client.post(f"{self.draft}search/", {"add": self.slug})
        self._click("keep", pathway=pathway or "")

    def _click(self, verb: str, number: str = "", **answers: str) -> None:
        fields = {f"{name}-{self.slug}": value for name, value in answers.items()}
        shown = {"shown": self.slug} if answers else {}
        do = f"{verb}|{self.slug}|{number}|"
        answer = self.client.post(self.draft, {"do": do, **shown, **fields}, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        self.page = answer.content.decode()

    def add(self, number: str) -> None:
        """Press Add."""
        self._click("add", number)

    def remove(self, number: str) -> None:
        """Press Remove."""
        self._click("remove", number)

    def numbers(self) -> Collection[str]:
        """What the draft keeps."""
        draft = Draft.objects.get(pk=uuid.UUID(self.draft.rstrip("/").rpartition("/")[2]))
        (selection,) = combination.read_group(draft.document).selections
        return [str(each) for each in selection.numbers]

    def ok(self) -> bool:
        """What the page shows."""
        return re.findall(r'class="status (ok|not-ok)"', self.page) == ["ok"]


DraftMachine.TestCase.settings = settings(
    max_examples=30,
    stateful_step_count=8,
    deadline=None,
    suppress_health_check=list(HealthCheck),  # one example is a dozen requests
)
TestDraft = pytest.mark.django_db(DraftMachine.TestCase)
