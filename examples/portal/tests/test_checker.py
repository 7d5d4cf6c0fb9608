"""The ROC Checker: units are pasted or uploaded, and the best combination of them is shown."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from groups import combination, pages
from groups.forms import LONGEST_PASTE

NUMBERS = """
    D/649/9001 H/649/9002 K/649/9003 M/649/9004 T/649/9005 A/649/9006 F/649/9007 J/649/9008 L/649/9009
    F/649/9010 J/649/9011 L/649/9012 K/601/6383 R/601/6247 D/601/4999
"""
ALL = "\n".join(NUMBERS.split())


def checked(client: Client, **fields: object) -> str:
    """Return the page after a check."""
    answer = client.post(reverse("groups:checker"), {"qualification": "500-9810-x", **fields})
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_candidate_who_has_it_all(okafor_client: Client) -> None:
    page = checked(okafor_client, units=ALL)
    assert '<span class="badge ok">OK</span>' in page
    assert "Group B: Optional Units" in page


def test_what_is_missing_and_how_units_were_achieved(okafor_client: Client) -> None:
    page = checked(okafor_client, units="D/649/9001 Safety\nK/601/6383")
    assert "What is missing" in page
    assert "How the units were achieved" in page
    again = checked(okafor_client, units="D/649/9001", **{"state-D/649/9001": "rpl"})
    assert "RPL." in again
    assert '<option value="rpl" selected>' in again


def test_lines_that_cannot_be_read_are_named(okafor_client: Client) -> None:
    page = checked(okafor_client, units="D/649/9001\nD/649/9001\n<b>what</b>\nD/601/4998")
    assert "The units cannot be read" in page
    assert "Line 3: No unit of the qualification stands here." in page
    assert "Did you mean" in page
    assert "<b>what</b>" not in page


def test_a_small_file_is_read(okafor_client: Client) -> None:
    text = SimpleUploadedFile("units.txt", "\ufeffD/649/9001\n".encode())
    assert "D/649/9001" in checked(okafor_client, file=text)
    plain = SimpleUploadedFile("units.json", b'{"units": [{"unit": "D/649/9001", "state": "rpl"}]}')
    assert "RPL." in checked(okafor_client, file=plain)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"x" * (LONGEST_PASTE + 1), "larger than 64 KB"),
        (b"\xff\xfe\x00", "no text"),
        (b"\x00\x01", "cannot be read"),
        (b"", "empty"),
    ],
)
def test_a_file_that_cannot_be_read(okafor_client: Client, content: bytes, words: str) -> None:
    assert words in checked(okafor_client, file=SimpleUploadedFile("units.txt", content))


def test_nothing_or_too_much(okafor_client: Client) -> None:
    assert "Enter the candidate’s units, or choose a file." in checked(okafor_client, units=" ")
    assert "Error:" in checked(okafor_client, units="x" * (LONGEST_PASTE + 1))
    assert "Error:" in checked(okafor_client, units=ALL, qualification="no-such")


def test_a_candidate_of_each_qualification(okafor_client: Client) -> None:
    rows = combination.search("", timezone.localdate())
    for row in rows:
        q = row.qualification
        page = checked(
            okafor_client,
            qualification=pages.slug(q),
            units="\n".join(str(unit.number) for unit in q.units[:12]),
        )
        assert "Best combination:" in page, q
