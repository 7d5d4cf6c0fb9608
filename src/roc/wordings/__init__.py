"""Wordings: catalogues that render messages as text, in a style and a language.

``portal`` has the lines of an awarding organisation's portal to the letter, ``plain`` full sentences in
English, ``plain-cy`` the same in Welsh. A portal brings its own with :meth:`Wording.evolve`.
"""

import importlib
from typing import TYPE_CHECKING, Final

from roc.errors import nearest
from roc.wordings._wording import Wording as Wording
from roc.wordings._wording import WordingError as WordingError

if TYPE_CHECKING:
    from roc.wordings.plain import PLAIN as PLAIN
    from roc.wordings.plain_cy import PLAIN_CY as PLAIN_CY
    from roc.wordings.portal import PORTAL as PORTAL

__all__ = ["NAMES", "PLAIN", "PLAIN_CY", "PORTAL", "Wording", "WordingError", "find"]

NAMES: Final = ("portal", "plain", "plain-cy")
"""The names of the wordings that come with the library."""


def __dir__() -> list[str]:
    return __all__


def __getattr__(name: str) -> Wording:
    word = name.lower()
    if word.replace("_", "-") not in NAMES or not name.isupper():
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    value: Wording = getattr(importlib.import_module(f"{__name__}.{word}"), name)
    globals()[name] = value
    return value


def find(wording: str | Wording) -> Wording:
    """Return the wording of this name, or the one that is given.

    >>> find("portal").language
    'en'

    Raises:
        WordingError: There is none of this name.
    """
    if isinstance(wording, Wording):
        return wording
    if wording not in NAMES:
        msg = f"there is no wording {wording!r:.60} among {', '.join(NAMES)}"
        raise WordingError(msg, suggestions=nearest(str(wording), NAMES))
    name = wording.upper().replace("-", "_")
    found = globals().get(name)
    return found if isinstance(found, Wording) else __getattr__(name)
