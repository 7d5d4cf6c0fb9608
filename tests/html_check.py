"""Checks a piece of HTML of ours against what the standard, accessibility and safety ask of it."""

import re
import xml.etree.ElementTree as ET
from typing import Final

_PHRASING: Final = {"span", "strong", "em", "small", "br", "#"}
_FLOW: Final = _PHRASING | {"div", "style", "p", "ul", "dl", "table", "details"}

_INSIDE: Final = {
    "div": _FLOW | {"dt", "dd"},
    "style": {"#"},
    "p": _PHRASING,
    "ul": {"li"},
    "li": _FLOW,
    "dl": {"div"},
    "dt": _PHRASING,
    "dd": _PHRASING,
    "details": _FLOW | {"summary"},
    "summary": _PHRASING,
    "table": {"thead", "tbody"},
    "thead": {"tr"},
    "tbody": {"tr"},
    "tr": {"th", "td"},
    "th": _PHRASING,
    "td": _PHRASING,
    "span": _PHRASING,
    "strong": _PHRASING,
    "em": _PHRASING,
    "small": _PHRASING,
    "br": set[str](),
}
"""What may stand inside of what."""

_ATTRIBUTES: Final = {
    "*": {"class"},
    "th": {"scope", "style"},
    "details": {"open"},
    "span": {
        "style",
        "role",
        "aria-hidden",
        "aria-label",
        "aria-valuemin",
        "aria-valuemax",
        "aria-valuenow",
    },
}


def valid(html: str) -> ET.Element:
    """Return the element that *html* is; fail where anything in it should not be."""
    root = ET.fromstring(html)  # noqa: S314 - it is our own
    _check(root)
    for style in root.iter("style"):
        assert not re.search(r"@import|url\(|</", style.text or "")
        for selector in re.findall(r"([^{}]+)\{", style.text or ""):
            if "@media" in selector:
                continue
            assert all(".roc-screen" in each for each in selector.split(",")), "it would restyle the page"
    return root


def _check(element: ET.Element) -> None:
    tag = element.tag
    allowed = _ATTRIBUTES["*"] | _ATTRIBUTES.get(tag, set())
    assert set(element.attrib) <= allowed, (tag, element.attrib)
    texts = [element.text, *(child.tail for child in element)]
    inside = {child.tag for child in element} | (
        {"#"} if any(text and text.strip() for text in texts) else set[str]()
    )
    assert inside <= _INSIDE[tag], (tag, inside)
    if tag == "th":
        assert element.get("scope") in {"row", "col"}
        assert "".join(element.itertext()).strip(), "a heading that says nothing"
    if tag == "table":
        widths = {len(row) for row in element.iter("tr")}
        assert len(widths) == 1, widths
    if tag in {"p", "ul", "li", "summary", "dl", "tbody"}:
        assert len(element) or (element.text or "").strip(), f"an empty {tag}"
    if tag == "details":
        assert [child.tag for child in element].count("summary") == 1
        assert element[0].tag == "summary"
    if tag == "dl":
        for pair in element:
            assert [child.tag for child in pair] == ["dt", "dd"]
    if element.get("role") == "meter":
        low, now, high = (float(element.attrib[f"aria-value{name}"]) for name in ("min", "now", "max"))
        assert low <= now <= high
        assert element.attrib["aria-label"]
    for child in element:
        _check(child)


def text_of(element: ET.Element) -> str:
    """Return the text of an element, its style left out."""
    skipped = {id(style) for style in element.iter("style")}
    return "".join(_texts(element, skipped))


def _texts(element: ET.Element, skipped: set[int]) -> list[str]:
    found = [] if id(element) in skipped else [element.text or ""]
    for child in element:
        found += [*_texts(child, skipped), child.tail or ""]
    return found
