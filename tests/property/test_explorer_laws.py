"""Laws of the explorer: whatever is clicked, it shows what the library says of the selection."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.html_check import valid
from tests.strategies_engine import examples, questions

import roc
from roc.explorer import Explorer

_LIMITS = roc.Limits(states=5_000)


def _seen(explorer: Explorer) -> dict[str, Any]:
    """Return what is shown, but for the news and the reason."""
    view: dict[str, Any] = dict(explorer._view)
    summary = view.pop("summary")
    del view["why"]
    return {**view, "summary": summary[summary.index(" unit") :]}


@given(selection=questions(), data=st.data())
@examples(40)
def test_clicks_are_calls_of_the_library(selection: roc.Selection, data: st.DataObject) -> None:
    """After any clicks the explorer shows what a new one would show of the same selection, as valid HTML."""
    q = selection.qualification
    explorer = Explorer(q, selection, limits=_LIMITS)
    numbers = [str(unit.number) for unit in q.units] or ["none"]
    clicks = st.tuples(st.sampled_from(["unit", "why"]), st.sampled_from(numbers)) | st.just(("finish",))
    for click in data.draw(st.lists(clicks, max_size=5)):
        before = explorer.selection
        explorer._asked = [explorer._asked[0] + 1, *click]
        if click[0] == "unit" and explorer.selection != before:
            number = click[-1]
            wanted = before.remove(number) if number in before else before.add(number)
            assert explorer.selection == wanted
        if click[0] == "why":
            assert explorer.selection == before
    view: dict[str, Any] = explorer._view
    if view["why"] is not None:
        valid(f"<div>{view['why']['html']}</div>")
    again = Explorer(q, explorer.selection, limits=_LIMITS)
    explorer._show({"old": explorer.selection, "new": explorer.selection})
    assert _seen(explorer) == _seen(again)
    assert explorer.units == [str(number) for number in explorer.selection.numbers]
    for group in explorer._view["groups"]:
        valid(f"<div><p>.</p>{group['about']}</div>")
        for unit in group["units"]:
            assert unit["chosen"] == (unit["number"] in explorer.units)
            assert not (unit["chosen"] and unit["closed"])
    valid(f"<div>{explorer._view['head']}</div>")
