"""The lines of values in JSON and TOML, whose readers in the standard library do not tell them.

The text has been read before, so it is well formed; this only counts lines.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from roc.formats._plain import Path

_WORD: Final = re.compile(
    r'''
    (?P<skip> [ \t\r]+ | \#[^\n]* )
    | (?P<text> """ (?: [^\\] | \\. )*? """ "{0,2} | \'\'\' .*? \'\'\' '{0,2}
        | " (?: [^"\\\n] | \\. )* " | ' [^'\n]* ' )
    | (?P<mark> [][{}=:,.\n] )
    | (?P<bare> [^][{}=:,.\s"'\#]+ )
    ''',
    re.VERBOSE | re.DOTALL,
)
_CLOSING: Final = frozenset({"]", "}", ",", "\n", ""})


class Locator:
    """Walks over the words of a well-formed text and notes the line of every key and item."""

    def __init__(self, text: str, unquote: Callable[[str], str]) -> None:
        self.lines: dict[Path, int] = {}
        self._unquote = unquote
        self._words = self._split(text)
        self._word = ""
        self._line = self._next_line = 1
        self._next()

    def _split(self, text: str) -> Iterator[str]:
        for found in _WORD.finditer(text):
            self._line = self._next_line
            self._next_line += found[0].count("\n")
            if found.lastgroup != "skip":
                yield found[0]
        self._line = self._next_line

    def _next(self) -> str:
        """Go to the next word; the empty text is the end."""
        word = self._word
        self._word = next(self._words, "")
        return word

    def _at(self, word: str) -> bool:
        return self._word == word

    def _skip(self, words: str) -> None:
        while self._word and self._word in words:
            self._next()

    def values(self) -> dict[Path, int]:
        """Note the lines of a JSON text."""
        self._skip("\n")
        self._value(())
        return self.lines

    def _value(self, path: Path) -> None:
        if self._at("["):
            self._next()
            index = 0
            self._skip("\n,")
            while not self._at("]"):
                self.lines[*path, index] = self._line
                self._value((*path, index))
                index += 1
                self._skip("\n,")
            self._next()
        elif self._at("{"):
            self._next()
            self._skip("\n,")
            while not self._at("}"):
                self._pair(path)
                self._skip("\n,")
            self._next()
        else:
            while self._word not in _CLOSING:
                self._next()

    def _pair(self, path: Path) -> None:
        line = self._line
        inner = (*path, *self._key())
        for length in range(len(path) + 1, len(inner) + 1):
            self.lines.setdefault(inner[:length], line)
        self._next()
        self._skip("\n")
        self._value(inner)

    def _key(self) -> tuple[str, ...]:
        parts: list[str] = []
        while self._word not in {"=", ":", "]"}:
            word = self._next()
            if word[0] in "\"'":
                parts.append(self._unquote(word))
            elif word not in ".\n":
                parts.append(word)
        return tuple(parts)

    def tables(self) -> dict[Path, int]:
        """Note the lines of a TOML text: tables, arrays of tables, and what they hold."""
        here: Path = ()
        sizes: dict[Path, int] = {}
        self._skip("\n")
        while self._word:
            if self._word == "[":
                line = self._line
                self._next()
                is_array = self._word == "["
                self._skip("[")
                *outer, last = self._key()
                self._skip("]")
                here = ()
                for part in outer:
                    here = _last_of((*here, part), sizes)
                here = (*here, last)
                self.lines.setdefault(here, line)
                if is_array:
                    sizes[here] = sizes.get(here, 0) + 1
                here = _last_of(here, sizes)
                self.lines.setdefault(here, line)
            else:
                self._pair(here)
            self._skip("\n")
        return self.lines


def _last_of(path: Path, sizes: Mapping[Path, int]) -> Path:
    """Return the last item of *path* where that is an array of tables, else *path*."""
    return (*path, sizes[path] - 1) if path in sizes else path
