"""A catalogue: many qualifications, found by number, by words of the title, and by the day."""

import bisect
import datetime as dt
import functools
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, Self, final

import attrs

from roc._record import Record, to_records
from roc.errors import DataError, InvalidData, LimitReachedError, MissingExtraError, nearest
from roc.numbers import QualificationNumber
from roc.qualification import Event, Qualification, version_on
from roc.units import LONGEST_TEXT

__all__ = ["HEADINGS", "Catalogue", "CatalogueRow", "identity"]


def __dir__() -> list[str]:
    return __all__


HEADINGS: Final = (
    "Qualification No.",
    "Description",
    "Total Units Available",
    "Mandatory Units Required",
    "Optional Units Required",
)
"""The headings of the guide's table of qualifications, for :attr:`CatalogueRow.cells`."""

_SUFFIXES: Final = frozenset({".yaml", ".yml", ".json", ".toml"})
_STATES: Final = 300_000
"""What finding the fewest optional units of one qualification may cost."""

_WORD: Final = re.compile(r"[^\W_]+")
_DIGITS: Final = re.compile(r"[0-9]+")
_APOSTROPHES: Final = str.maketrans("", "", "'\N{RIGHT SINGLE QUOTATION MARK}")
_EXACT, _PREFIX, _TYPO = range(3)
"""How well a word fits a word of a title; every edit of a typing error costs one more."""


def identity(qualification: Qualification) -> str:
    """Return what a qualification is told apart by: its number, or its title where it has none.

    >>> identity(Qualification(title="Example", number="5009810x"))
    '500/9810/X'
    """
    return qualification.title if qualification.number is None else str(qualification.number)


def lookup_key(text: str) -> str:
    """Return a number or a title as it is looked up: case, spaces and obliques do not matter."""
    return re.sub(r"[\s/]+", "", text).casefold()


def _plain(text: str) -> str:
    """Return *text* without case and accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in apart if not unicodedata.combining(each)).casefold()


def _words(text: str) -> tuple[str, ...]:
    """Return the different words of *text*: punctuation parts them, an apostrophe does not."""
    return tuple(dict.fromkeys(_WORD.findall(_plain(text.translate(_APOSTROPHES)))))


def _edits(word: str) -> int:
    """Return how many typing errors are forgiven in a word of this length."""
    return 0 if len(word) < 4 else 1 if len(word) < 8 else 2


def _order(qualification: Qualification) -> tuple[object, ...]:
    q = qualification
    version = _DIGITS.sub(lambda found: found[0].rjust(12, "0"), q.version or "")
    start = q.operational_start or dt.date.min
    return q.number is None, identity(q), start, version, q.title


def _to_qualifications(values: Iterable[Qualification]) -> tuple[Qualification, ...]:
    return tuple(sorted(to_records(values, Qualification, "qualification"), key=_order))


@functools.lru_cache(maxsize=4096)
def _optional_units(qualification: Qualification) -> int | None:
    from roc.answers import Limits  # noqa: PLC0415 - a search needs no solver
    from roc.selection import Selection  # noqa: PLC0415 - as above
    from roc.solver import Solver  # noqa: PLC0415 - as above

    solver = Solver(qualification, limits=Limits(states=_STATES))
    try:
        found = solver.complete(Selection.start(qualification))
    except LimitReachedError:
        return None
    if found is None or not found.exact:
        return None
    return len(found.selection) - len(qualification.mandatory_units)


@final
@attrs.frozen(kw_only=True)
class CatalogueRow(Record):
    """One line of the guide's table of qualifications.

    >>> q = Qualification(title="Example", number="500/9810/X", units=[])
    >>> CatalogueRow(qualification=q).cells
    ('500/9810/X', 'Example', '0', '0', '0')

    Attributes:
        qualification: The qualification.
    """

    qualification: Qualification = attrs.field(validator=attrs.validators.instance_of(Qualification))

    @property
    def number(self) -> str:
        """The number; empty where there is none."""
        return str(self.qualification.number or "")

    @property
    def title(self) -> str:
        """The title, which the guide calls the description."""
        return self.qualification.title

    @property
    def total_units(self) -> int:
        """How many units the qualification lists ("Total Units Available")."""
        return len(self.qualification.units)

    @property
    def mandatory_units(self) -> int:
        """How many units are mandatory on every pathway ("Mandatory Units Required")."""
        return len(self.qualification.mandatory_units)

    @property
    def optional_units(self) -> int | None:
        """The fewest units besides the mandatory ones with which the rule is met, on the shortest pathway.

        Exact, worked out by the solver when it is first asked for and kept for later. ``None``: the rule cannot
        be met, or that number was not certain after looking at 300,000 partial selections.
        """
        return _optional_units(self.qualification)

    @property
    def cells(self) -> tuple[str, ...]:
        """The row as texts, in the order of :data:`HEADINGS`; what is not known is empty."""
        optional = self.optional_units
        return (
            self.number,
            self.title,
            str(self.total_units),
            str(self.mandatory_units),
            "" if optional is None else str(optional),
        )


class _Index:
    """The words of titles, and where each stands."""

    __slots__ = ("numbers", "places", "words")

    def __init__(self, qualifications: tuple[Qualification, ...]) -> None:
        places: dict[str, list[int]] = {}
        for i, q in enumerate(qualifications):
            for word in _words(q.title):
                places.setdefault(word, []).append(i)
        self.places: Final = places
        self.words: Final = sorted(places)
        own = [
            (None if q.number is None else q.number, *(each.number for each in q.pathways))
            for q in qualifications
        ]
        self.numbers: Final = [
            tuple(lookup_key(str(each)) for each in numbers if each is not None) for numbers in own
        ]

    def fits(self, word: str) -> dict[int, int]:
        """Return the titles with a word that *word* may mean, and how well the best of them fits."""
        found: dict[int, int] = {}
        for near, edits in _near(word, self.words):
            for i in self.places[near]:
                found[i] = min(_TYPO + edits, found.get(i, _TYPO + edits))
        for i in range(bisect.bisect_left(self.words, word), len(self.words)):
            if not self.words[i].startswith(word):
                break
            rank = _EXACT if self.words[i] == word else _PREFIX
            for place in self.places[self.words[i]]:
                found[place] = min(rank, found.get(place, rank))
        return found


def _near(word: str, known: list[str]) -> Iterator[tuple[str, int]]:
    """Yield the known words that are a few typing errors from *word*, with their number."""
    try:
        from rapidfuzz import process  # noqa: PLC0415 - the extra may be missing
        from rapidfuzz.distance import OSA  # noqa: PLC0415 - as above
    except ImportError:
        what = "searching for words"
        raise MissingExtraError(what, "search") from None
    edits = _edits(word)
    if edits:
        found = process.extract(word, known, scorer=OSA.distance, score_cutoff=edits, limit=None)
        for each, distance, _ in found:
            yield each, int(distance)


@final
@attrs.frozen(kw_only=True, cache_hash=True)
class Catalogue(Record):
    """Qualifications, several versions of one among them, in the order of their numbers.

    Any iterable of qualifications makes one: a list, the rows of your own store. :meth:`load` reads files.

    >>> catalogue = Catalogue(
    ...     qualifications=[
    ...         Qualification(title="Level 3 Diploma in Motorcycle Repair", number="500/9684/9"),
    ...         Qualification(title="Level 2 Diploma in Vehicle Fitting", number="500/9810/X"),
    ...     ]
    ... )
    >>> catalogue["5009810x"].title
    'Level 2 Diploma in Vehicle Fitting'
    >>> [row.number for row in catalogue.search("5009")]
    ['500/9684/9', '500/9810/X']

    Attributes:
        qualifications: The qualifications, by number, then those without one by title; versions from the first
            to the latest.

    Raises:
        InvalidData: Two of one number (or, without numbers, of one title) have the same version, or no version
            and the same operational start.
    """

    qualifications: tuple[Qualification, ...] = attrs.field(default=(), converter=_to_qualifications)

    def __attrs_post_init__(self) -> None:
        errors = list(_duplicates((f"$.qualifications[{i}]", q) for i, q in enumerate(self.qualifications)))
        if errors:
            heading = "the catalogue is not valid"
            raise InvalidData(heading, errors)

    @classmethod
    def load(cls, *paths: str | os.PathLike[str]) -> Self:
        """Return the catalogue of the qualifications in files, and in folders with all their sub-folders.

        Of a folder every file is read whose name ends in ``.yaml``, ``.yml``, ``.json`` or ``.toml``.

        Raises:
            InvalidData: Something is wrong in the files, or one cannot be opened: all of it, and in which file.
            MissingExtraError: One is YAML, and the extra ``yaml`` is not installed.

        Warns:
            CheckCharacterWarning: A number's check character does not fit.
            SizeWarning: The title's size word does not fit the size, or the credit not the hours.
        """
        from roc.formats import load  # noqa: PLC0415 - a caller's own store needs no files

        errors: list[DataError] = []
        read: list[tuple[str, Qualification]] = []
        for path in dict.fromkeys(each for top in paths for each in _files(Path(top))):
            try:
                read.append((str(path), load(path)))
            except OSError as error:
                errors.append(DataError(f"cannot be opened: {error.strerror}", path=str(path)))
            except InvalidData as error:
                members = [each for each in error.exceptions if isinstance(each, DataError)]
                errors += [each.at(f"{path}: {each.path}") for each in members]
        errors += _duplicates(read)
        if errors:
            heading = "the catalogue is not valid"
            raise InvalidData(heading, errors)
        return cls(qualifications=[q for _, q in read])

    # -- one qualification --------------------------------------------------------------------------

    @functools.cached_property
    def _by_key(self) -> Mapping[str, tuple[Qualification, ...]]:
        found: dict[str, tuple[Qualification, ...]] = {}
        for q in self.qualifications:
            key = lookup_key(identity(q))
            found[key] = (*found.get(key, ()), q)
        return MappingProxyType(found)

    def versions(self, number: QualificationNumber | str) -> tuple[Qualification, ...]:
        """Return every version of a qualification, the latest last; none where it is not in the catalogue.

        Args:
            number: The number, in either case and with or without obliques; or the title of one that has none.
        """
        return self._by_key.get(lookup_key(str(number)), ())

    def get(self, number: QualificationNumber | str, version: str | None = None) -> Qualification:
        """Return a qualification by its number, or by its title where it has none.

        Args:
            number: The number or title.
            version: Which version; ``None``: the latest.

        Raises:
            KeyError: There is none; the message names the nearest.
        """
        versions = self.versions(number)
        for each in reversed(versions):
            if version is None or each.version == version:
                return each
        if versions:
            known = ", ".join(str(each.version) for each in versions if each.version is not None)
            msg = f"no version {version!s:.60} of {number!s:.100}; there are: {known or 'none'}"
        else:
            near = self.nearest(number)
            msg = f"no qualification {number!s:.100}" + (
                f"; did you mean {' or '.join(near)}?" if near else ""
            )
        raise KeyError(msg)

    def nearest(self, number: QualificationNumber | str) -> tuple[str, ...]:
        """Return the numbers (titles, without a number) that *number* was probably meant to be, nearest first."""
        wanted = str(number)[:LONGEST_TEXT]
        shapes = {lookup_key(identity(q)): identity(q) for q in self.qualifications}
        return tuple(shapes[each] for each in nearest(lookup_key(wanted), shapes))

    def __getitem__(self, number: QualificationNumber | str) -> Qualification:
        return self.get(number)

    def __contains__(self, item: object) -> bool:
        """Tell whether a qualification is in it, given as a whole, by its number, or without one by its title."""
        if isinstance(item, QualificationNumber | str):
            return bool(self.versions(item))
        return isinstance(item, Qualification) and item in self.versions(identity(item))

    def __iter__(self) -> Iterator[Qualification]:
        return iter(self.qualifications)

    def __len__(self) -> int:
        return len(self.qualifications)

    # -- several ------------------------------------------------------------------------------------

    def on(self, date: dt.date, event: Event | str = Event.REGISTRATION) -> "Catalogue":
        """Return the catalogue of a day: of each qualification the version in force.

        A qualification with no version in force is not in it; see :func:`~roc.qualification.version_on`.
        """
        return _on(self, date, Event(event))

    @functools.cached_property
    def _index(self) -> _Index:
        return _Index(self.qualifications)

    def search(self, text: str = "", *, limit: int | None = None) -> tuple[CatalogueRow, ...]:
        """Return the rows that *text* finds; the empty text finds all, in the catalogue's order.

        A number finds by the beginning of the number (of a pathway's too), with or without obliques and spaces
        and in either case. Other words find titles, in any order: each must be a word of the title or begin one.
        Case, accents and punctuation do not matter. In a word of 4 to 7 letters one typing error is forgiven, in
        a longer one two; an error is a letter too many, missing or wrong, or two neighbours swapped. The best
        come first: whole words before beginnings, both before errors; what fits equally well stays in the
        catalogue's order. A text longer than any title can be, 1,000 characters, finds nothing.

        Args:
            text: What a person typed.
            limit: The most rows to return; ``None``: all.

        Raises:
            MissingExtraError: It is not the beginning of a number, and the extra ``search`` is not installed.
            DataError: The limit is negative.
        """
        if limit is not None and limit < 0:
            msg = f"{limit} rows cannot be returned"
            raise DataError(msg)
        found = self._found(text.strip())
        return tuple(CatalogueRow(qualification=self.qualifications[i]) for i in found[:limit])

    def _found(self, text: str) -> list[int]:
        if not text:
            return list(range(len(self.qualifications)))
        if len(text) > LONGEST_TEXT:
            return []
        key = lookup_key(text)
        by_number = [
            i
            for i, numbers in enumerate(self._index.numbers)
            if any(each.startswith(key) for each in numbers)
        ]
        if by_number and _DIGITS.search(key):
            return by_number
        ranks = self._by_words(_words(text))
        ranks.update(dict.fromkeys(by_number, -1))
        return sorted(ranks, key=lambda i: (ranks[i], i))

    def _by_words(self, words: tuple[str, ...]) -> dict[int, int]:
        """Return the titles in which every word is found, and how badly they fit all together."""
        ranks: dict[int, int] = {}
        for n, word in enumerate(words):
            fits = self._index.fits(word)
            ranks = {i: ranks.get(i, 0) + fit for i, fit in fits.items() if not n or i in ranks}
            if not ranks:
                break
        return ranks


@functools.lru_cache(maxsize=64)
def _on(catalogue: Catalogue, date: dt.date, event: Event) -> Catalogue:
    """Make the catalogue of a day, which a portal asks for with every search of that day."""
    found = (version_on(versions, date, event) for versions in catalogue._by_key.values())
    return Catalogue(qualifications=[each for each in found if each is not None])


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(each for each in path.rglob("*") if each.suffix.lower() in _SUFFIXES and each.is_file())


def _duplicates(placed: Iterable[tuple[str, Qualification]]) -> Iterator[DataError]:
    """Yield an error for each qualification that cannot be told from one before it."""
    first: dict[tuple[object, ...], str] = {}
    for path, q in placed:
        version = q.operational_start if q.version is None else q.version
        there = first.setdefault((lookup_key(identity(q)), version), path)
        if there is not path:
            yield DataError(f"{identity(q)} stands at {there} already, in the same version", path=path)
