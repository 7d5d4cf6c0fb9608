"""Reading YAML: PyYAML parses, the plain data is built here, by the rules of this format.

Plain scalars are ``true``, ``false``, ``null``, JSON's numbers, or texts: none of the surprises of
YAML 1.1. Nothing is looked up by tag or anchor, so no text can run code or unfold into a large one.
"""

from typing import Final

import yaml

from roc.errors import DataError
from roc.formats._plain import MAX_DEPTH, NUMBER, Path, Unreadable, number, path_text

_WORDS: Final = {"true": True, "false": False, "null": None, "~": None, "": None}
_NO_ALIAS: Final = Unreadable(
    "anchors and aliases are not read: list a unit once and refer to it by its number"
)
_NO_TAG: Final = Unreadable("tags such as !!str or !!python/object are not read: write a text in quotes")
_NO_MERGE: Final = Unreadable("merge keys are not read: write out what belongs here")


class _Frame:
    """A list or mapping that is being filled."""

    def __init__(self, container: list[object] | dict[str, object], path: Path) -> None:
        self.container = container
        self.path = path
        self.key: str | None = None


class _Builder:
    """Makes plain data of events, without recursion."""

    def __init__(self) -> None:
        self.data: object = None
        self.lines: dict[Path, int] = {}
        self._stack: list[_Frame] = []
        self._started = False

    def take(self, event: yaml.Event) -> None:
        line = 0 if event.start_mark is None else event.start_mark.line + 1
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event, line)
        elif isinstance(event, yaml.AliasEvent):
            self._add(_NO_ALIAS, line)
        elif isinstance(event, yaml.CollectionStartEvent):
            container: list[object] | dict[str, object]
            container = {} if isinstance(event, yaml.MappingStartEvent) else []
            refused = _refused(event)
            path = self._add(container if refused is None else refused, line)
            if len(path) > MAX_DEPTH:
                message = f"nested deeper than {MAX_DEPTH}"
                raise DataError(message, path=path_text(path), line=line)
            self._stack.append(_Frame(container, path))
        elif isinstance(event, yaml.CollectionEndEvent):
            self._stack.pop()
        elif isinstance(event, yaml.DocumentStartEvent):
            if self._started:
                message = "a second document starts here; a file holds one"
                raise DataError(message, line=line)
            self._started = True

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        frame = self._stack[-1] if self._stack else None
        is_plain = not event.style  # libyaml says '', Python's own parser None
        refused = _refused(event)
        if frame is not None and isinstance(frame.container, dict) and frame.key is None:
            key = frame.key = event.value
            self.lines[*frame.path, key] = line
            if refused is not None:
                frame.container[key] = refused
            elif is_plain and key == "<<":
                frame.container[key] = _NO_MERGE
            elif key in frame.container:
                frame.container[key] = Unreadable("the key stands twice")
            return
        value: object = event.value
        if refused is not None:
            value = refused
        elif is_plain and event.value in _WORDS:
            value = _WORDS[event.value]
        elif is_plain and NUMBER.fullmatch(event.value):
            value = number(event.value)
        self._add(value, line)

    def _add(self, value: object, line: int) -> Path:
        """Put *value* where it belongs and return its path."""
        if not self._stack:
            self.data = value
            return ()
        frame = self._stack[-1]
        if isinstance(frame.container, list):
            path: Path = (*frame.path, len(frame.container))
            self.lines[path] = line
            frame.container.append(value)
            return path
        if frame.key is None:
            message = "a key is a text"
            raise DataError(message, line=line)
        path = (*frame.path, frame.key)
        frame.container.setdefault(frame.key, value)
        frame.key = None
        return path


def _refused(event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> Unreadable | None:
    if event.anchor is not None:
        return _NO_ALIAS
    return None if event.tag is None else _NO_TAG


def read(text: str) -> tuple[object, dict[Path, int]]:
    """Return the plain data that *text* writes, and its lines.

    Raises:
        DataError: It is not YAML.
    """
    builder = _Builder()
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        for event in yaml.parse(text, Loader=loader):
            builder.take(event)
    except DataError:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        message = f"this is not YAML: {error.problem or error.context}"
        # The end of the text may be told as a line of its own.
        line = None if mark is None else min(mark.line + 1, len(text.splitlines()))
        raise DataError(message, line=line) from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        message = f"this is not YAML: {error}"
        raise DataError(message) from None
    return builder.data, builder.lines
