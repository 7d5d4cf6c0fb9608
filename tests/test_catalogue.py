"""Catalogues: order, versions, days, files, and the search."""

import datetime as dt
import pickle
import sys
import time
from pathlib import Path
from typing import Final

import pytest

import roc
from roc.catalogue import HEADINGS, identity

EXAMPLES: Final = Path(__file__).parent.parent / "examples" / "qualifications"
PUBLISHED: Final = roc.Catalogue.load(EXAMPLES)


def made(title: str, number: str | None = None, **more: object) -> roc.Qualification:
    """Return a qualification of which only the header matters."""
    return roc.Qualification(title=title, number=number, **more)  # type: ignore[arg-type] # any of the fields


OLD: Final = made("Diploma in Tyres", "500/9810/X", version="2", operational_end="2020-12-31")
NEW: Final = made("Diploma in Tyres", "500/9810/X", version="10", operational_start="2021-01-01")
CODE: Final = made("CHC Certificate IV in Ageing Support", "CHC43015")
FREE: Final = made("Mathematics major")
SHOP: Final = roc.Catalogue(qualifications=[FREE, NEW, CODE, OLD])


def titles(text: str, catalogue: roc.Catalogue = PUBLISHED) -> list[str]:
    """Return the titles that a search finds."""
    return [row.title for row in catalogue.search(text)]


class TestCollection:
    """A catalogue as a collection."""

    def test_order(self) -> None:
        """By number, versions from the first to the latest, then those without a number."""
        assert SHOP.qualifications == (OLD, NEW, CODE, FREE) == tuple(SHOP)
        assert len(SHOP) == 4
        assert len(roc.Catalogue()) == 0

    def test_a_value(self) -> None:
        """The order in which qualifications are given does not matter; a copy by pickle is equal."""
        again = roc.Catalogue(qualifications=iter((OLD, NEW, FREE, CODE)))
        assert again == SHOP == pickle.loads(pickle.dumps(SHOP))
        assert hash(again) == hash(SHOP)

    def test_contains(self) -> None:
        """It contains qualifications, numbers, and titles of those without a number."""
        assert OLD in SHOP
        assert OLD.evolve(title="Other") not in SHOP
        assert "5009810x" in SHOP
        assert roc.QualificationNumber("CHC43015") in SHOP
        assert "mathematics MAJOR" in SHOP
        assert CODE.title not in SHOP
        assert 5 not in SHOP

    @pytest.mark.parametrize("number", ["500/9810/X", "5009810x", " 500 9810 x", "500/98/10X"])
    def test_the_latest_version(self, number: str) -> None:
        """A number finds its latest version, however it is written."""
        assert SHOP[number] is NEW
        assert SHOP.get(number, "2") is OLD
        assert SHOP.versions(number) == (OLD, NEW)

    def test_versions_are_ordered_by_number(self) -> None:
        """Without a start, version 10 is later than version 2."""
        ten, two = (made("A", "1", version=version) for version in ("10", "2"))
        assert roc.Catalogue(qualifications=[ten, two])["1"] is ten

    @pytest.mark.parametrize(
        ("number", "version", "told"),
        [
            ("500/9811/X", None, "no qualification 500/9811/X; did you mean 500/9810/X?"),
            ("zzzz", None, "no qualification zzzz"),
            ("500/9810/X", "3", "no version 3 of 500/9810/X; there are: 2, 10"),
            ("CHC43015", "3", "no version 3 of CHC43015; there are: none"),
            ("x" * 5000, None, f"no qualification {'x' * 100}"),
        ],
    )
    def test_what_is_not_there(self, number: str, version: str | None, told: str) -> None:
        """The error names the nearest numbers, or the versions that there are."""
        with pytest.raises(KeyError) as caught:
            SHOP.get(number, version)
        assert caught.value.args == (told,)

    def test_duplicates(self) -> None:
        """Two that nobody could tell apart are an error each; versions and starts tell apart."""
        with pytest.raises(roc.InvalidData) as caught:
            roc.Catalogue(qualifications=[NEW, NEW.evolve(operational_start=None), FREE, FREE])
        assert str(caught.value).splitlines() == [
            "the catalogue is not valid:",
            "- $.qualifications[1]: 500/9810/X stands at $.qualifications[0] already, in the same version",
            "- $.qualifications[3]: Mathematics major stands at $.qualifications[2] already, in the same version",
        ]
        assert len(roc.Catalogue(qualifications=[FREE, FREE.evolve(operational_start="2020-01-01")])) == 2

    def test_only_qualifications(self) -> None:
        """Anything else is refused."""
        with pytest.raises(roc.DataError, match="'A' is not a qualification"):
            roc.Catalogue(qualifications=["A"])  # type: ignore[list-item] # wrong on purpose

    def test_identity(self) -> None:
        """A number where there is one, else the title."""
        assert [identity(each) for each in (NEW, FREE)] == ["500/9810/X", "Mathematics major"]


class TestDays:
    """What is in force on a day."""

    @pytest.mark.parametrize(
        ("day", "event", "version"),
        [
            ("2020-12-31", "registration", "2"),
            ("2021-01-01", "registration", "10"),
            ("2020-12-31", "certification", "2"),
        ],
    )
    def test_the_version_of_the_day(self, day: str, event: str, version: str) -> None:
        """Of each qualification the version in force is there."""
        found = SHOP.on(dt.date.fromisoformat(day), event)
        assert [each.version for each in found] == [version, None, None]

    def test_a_day_is_worked_out_once(self) -> None:
        """The catalogue of a day is kept, with the words of its titles."""
        assert SHOP.on(dt.date(2021, 1, 1)) is SHOP.on(dt.date(2021, 1, 1))

    def test_nothing_that_is_not_in_force(self) -> None:
        """A qualification whose registration is over is not there."""
        assert len(roc.Catalogue(qualifications=[OLD]).on(dt.date(2021, 1, 1))) == 0


class TestFiles:
    """Catalogues from files and folders."""

    def test_the_published_ones(self) -> None:
        """A folder with its sub-folders, a file in it, and the files of it are the same catalogue."""
        files = [each for each in EXAMPLES.iterdir() if each.is_file()]
        assert roc.Catalogue.load(*files) == roc.Catalogue.load(EXAMPLES, files[0]) == PUBLISHED
        assert len(PUBLISHED) == len(files)

    def test_sub_folders(self, tmp_path: Path) -> None:
        """Folders are read to the bottom; other files are left alone."""
        (tmp_path / "a" / "b").mkdir(parents=True)
        (tmp_path / "a" / "b" / "one.JSON").write_text('{"title": "One"}', "utf-8")
        (tmp_path / "notes.txt").write_text("not a rule", "utf-8")
        assert [each.title for each in roc.Catalogue.load(str(tmp_path))] == ["One"]

    def test_everything_wrong_is_told_with_its_file(self, tmp_path: Path) -> None:
        """Errors of all files come together, and so do duplicates and files that are not there."""
        texts = {"a.json": '{"titl": "A"}', "b.json": '{"title": "B"}', "c.toml": 'title = "B"\nlevel = 99'}
        texts["d.toml"] = 'title = "b"'
        for name, text in texts.items():
            (tmp_path / name).write_text(text, "utf-8")
        with pytest.raises(roc.InvalidData) as caught:
            roc.Catalogue.load(tmp_path, tmp_path / "none.json")
        told = str(caught.value).replace(f"{tmp_path}/", "").splitlines()
        assert told == [
            "the catalogue is not valid:",
            "- a.json: $: the key title is missing",
            "- a.json: $.titl (line 1): there is no key titl; did you mean title?",
            "- c.toml: $.level (line 2): 99 is not a level: write Entry 1 to Entry 3, or 1 to 12",
            "- none.json: cannot be opened: No such file or directory",
            "- d.toml: b stands at b.json already, in the same version",
        ]


class TestRows:
    """The guide's table."""

    def test_the_example_of_the_guide(self) -> None:
        """500/9810/X: 15 units, 12 mandatory, 2 optional."""
        (row,) = PUBLISHED.search("500/9810/X")
        assert row.cells == (
            "500/9810/X",
            "IMI Level 2 Diploma in Vehicle Fitting Competence",
            "15",
            "12",
            "2",
        )
        assert len(row.cells) == len(HEADINGS)
        assert row.qualification is PUBLISHED["500/9810/X"]

    def test_every_published_one(self) -> None:
        """The fewest optional units are known for all: with them the rule is met."""
        for row in PUBLISHED.search():
            assert row.optional_units is not None, row.title
            assert 0 <= row.optional_units <= row.total_units - row.mandatory_units

    def test_what_cannot_be_met(self) -> None:
        """A rule that cannot be met has no number, and an empty cell."""
        q = made("A", units=[roc.Unit(number="M1")], rules=[roc.parse("at least 2 units")])
        assert roc.CatalogueRow(qualification=q).cells == ("", "A", "1", "0", "")

    def test_limits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A number that is not certain within the limit is not told."""
        monkeypatch.setattr("roc.catalogue._STATES", 1)
        for number in (
            "59/011/2014",
            "BSB40520",
        ):  # one is found and not proven, of the other nothing is found
            another = PUBLISHED[number].evolve(notes=["not yet worked out"])
            assert roc.CatalogueRow(qualification=another).optional_units is None


class TestSearch:
    """What a person types, and what is found."""

    def test_nothing_typed(self) -> None:
        """An empty search lists all in order; a limit cuts."""
        assert [row.qualification for row in PUBLISHED.search("  ")] == list(PUBLISHED)
        assert len(PUBLISHED.search(limit=3)) == 3
        assert PUBLISHED.search(limit=0) == ()
        with pytest.raises(roc.DataError, match="-1 rows cannot be returned"):
            PUBLISHED.search(limit=-1)

    @pytest.mark.parametrize("text", ["500/9810/X", "5009810x", "500 98", "500/", " 5009 "])
    def test_numbers(self, text: str) -> None:
        """A number is found by its beginning, with or without obliques and spaces."""
        assert [row.number for row in PUBLISHED.search(text)] == ["500/9810/X"]

    def test_codes_of_letters(self) -> None:
        """The beginning of a code without a digit finds numbers first, then titles."""
        assert titles("comp")[0] == "Computer Science major in Computer Networks"
        other = made("A certificate of CHC", "1")
        assert titles("chc", roc.Catalogue(qualifications=[other, CODE])) == [CODE.title, other.title]

    def test_numbers_of_pathways(self) -> None:
        """The numbers of a suite's awards find the suite."""
        suite = made("Suite", pathways=[roc.Pathway(name="a", number="500/6771/0")])
        assert titles("5006", roc.Catalogue(qualifications=[suite, FREE])) == ["Suite"]

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("fitting VEHICLE imi", ["IMI Level 2 Diploma in Vehicle Fitting Competence"]),
            ("vehcile fiting", ["IMI Level 2 Diploma in Vehicle Fitting Competence"]),
            ("custommer servic", ["IMI Level 3 Diploma in Customer Service"]),
            ("Médiengestalter", None),
            ("vehicle zebra", []),
            ("in in in fitting", ["IMI Level 2 Diploma in Vehicle Fitting Competence"]),
            ("?!", []),
        ],
    )
    def test_words(self, text: str, found: list[str] | None) -> None:
        """Words in any order, with errors, accents, case and repetition; each must be found."""
        if found is None:
            assert titles(text)[0].startswith("Mediengestalter")
        else:
            assert titles(text) == found

    def test_short_words_forgive_nothing(self) -> None:
        """In three letters no error is forgiven, in four one, in eight two."""
        shop = roc.Catalogue(qualifications=[made(title) for title in ("art", "arts", "painting")])
        assert titles("ars", shop) == []
        assert titles("artx", shop) == ["art", "arts"]
        assert titles("axtx", shop) == []
        assert titles("pxintixg", shop) == ["painting"]
        assert titles("pxintxxg", shop) == []

    def test_the_best_come_first(self) -> None:
        """Whole words, then beginnings, then errors; equals stay in the catalogue's order."""
        shop = roc.Catalogue(
            qualifications=[made(each) for each in ("pabint", "painting", "paint b", "Paint a")]
        )
        assert titles("paint", shop) == ["Paint a", "paint b", "painting", "pabint"]
        assert titles("panit", shop) == ["Paint a", "paint b"]

    def test_apostrophes_and_punctuation(self) -> None:
        """An apostrophe of either form may be left out; punctuation parts words."""
        shop = roc.Catalogue(qualifications=[made("Children\N{RIGHT SINGLE QUOTATION MARK}s Health/Care")])
        for text in ("childrens care", "children's", "children health-care"):
            assert len(titles(text, shop)) == 1

    def test_a_long_text_is_no_burden(self) -> None:
        """A text longer than any title finds nothing; the longest that is looked at is answered soon."""
        assert PUBLISHED.search("a" * 1001) == ()
        assert PUBLISHED.search("a" * 10_000_000) == ()
        start = time.perf_counter()
        PUBLISHED.search(" ".join(PUBLISHED.qualifications[0].title for _ in range(15))[:1000])
        PUBLISHED.search(("level x" * 200)[:1000])
        assert time.perf_counter() - start < 5

    def test_without_the_extra(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Words always need it, so that its absence is noticed; numbers and the whole list never do."""
        monkeypatch.setitem(sys.modules, "rapidfuzz", None)
        assert len(PUBLISHED.search()) == len(PUBLISHED)
        assert len(PUBLISHED.search("5009810X")) == 1
        for text in ("vehicle", "in"):
            with pytest.raises(roc.MissingExtraError, match=r"rules-of-combination\[search\]"):
                PUBLISHED.search(text)
