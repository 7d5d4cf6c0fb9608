"""Whether the contestants agree, and whether what they return is right."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import attrs
from benchmarks.instances import Instance, translate
from benchmarks.worker import Worker

import roc

_COSTS: Final = ("best", "five")


@attrs.define
class Verdicts:
    """What was compared and confirmed, and what did not fit.

    Attributes:
        compared: How many pairs of answers of two contestants.
        confirmed: How many selections that a contestant returned passed the check of another one.
        judged: How many conflicts were judged to be minimal.
        undecided: How many questions of the judge, or of a check, were not answered.
        disagreements: What does not fit, as sentences.
    """

    compared: int = 0
    confirmed: int = 0
    judged: int = 0
    undecided: int = 0
    disagreements: list[str] = attrs.Factory(list[str])


Answers = Mapping[tuple[str, str, str], Mapping[str, Any]]
"""By instance, selection and question: the answer of each contestant."""


def _comparable(question: str, answer: Any) -> object:
    """Return what two answers have in common if both are right."""
    match question:
        case "best":
            return None if answer is None else tuple(answer[:2])
        case "five":
            distinct = len({tuple(sorted(each[2])) for each in answer})
            return [tuple(each[:2]) for each in answer], distinct == len(answer)
        case "conflict":
            return answer["rules"] is None
        case _:
            return answer


def compare(given: Answers) -> Verdicts:
    """Compare the answers to each question with each other."""
    found = Verdicts()
    for (instance, selection, question), answers in given.items():
        each = [(name, _comparable(question, answer)) for name, answer in answers.items()]
        found.compared += len(each) * (len(each) - 1) // 2
        for name, answer in each[1:]:
            if answer != each[0][1]:
                found.disagreements.append(
                    f"{instance}, {selection}, {question}: {each[0][0]} {each[0][1]!s:.200}, {name} {answer!s:.200}"
                )
    return found


def confirm(
    given: Answers, instances: Sequence[Instance], other: Worker, judge: Worker, into: Verdicts
) -> None:
    """Check the selections returned, those of the peers by ``roc``, those of ``roc`` by *other*; judge conflicts."""
    by_name = {instance.name: instance for instance in instances}
    at: str | None = None
    rule: roc.Qualification | None = None
    for (name, selection, question), answers in sorted(given.items(), key=lambda item: item[0][0]):
        instance = by_name[name]
        if name != at:
            at, rule = name, translate(instance.data).qualification
            for worker in (other, judge):
                worker.tell(do="prepare", data=instance.data)
        assert rule is not None
        if question in _COSTS:
            for who, finished in sorted(_returned(question, answers)):
                if who == "roc":
                    reply = other.ask(do="fresh", question="check", selection=finished)
                    is_ok = reply.get("answer")
                else:
                    is_ok = _check(rule, finished)
                    is_ok = is_ok and set(instance.selections[selection]) <= set(finished)
                into.undecided += is_ok is None
                into.confirmed += is_ok is True
                if is_ok is False:
                    into.disagreements.append(f"{name}, {selection}, {question}: {who} returned {finished}")
        elif question == "conflict":
            chosen = instance.selections[selection]
            for who, answer in answers.items():
                if answer["rules"] is not None:
                    _judge(f"{name}, {selection}: {who}", chosen, answer, judge, into)


def _check(rule: roc.Qualification, finished: Sequence[str]) -> bool | None:
    """Check a selection; ``None`` where the check's own limit is reached."""
    status = roc.check(roc.Selection.of(rule, finished))
    is_certain = status.ok or all(each.code != "allocation.limit" for each in status.findings())
    return status.ok if is_certain else None


def _returned(question: str, answers: Mapping[str, Any]) -> set[tuple[str, tuple[str, ...]]]:
    """Return the selections that were returned, each with who returned it."""
    return {
        (who, tuple(each[2]))
        for who, answer in answers.items()
        for each in ([answer] if question == "best" else answer)
        if each is not None
    }


def _judge(
    what: str, chosen: Sequence[str], answer: Mapping[str, Any], judge: Worker, into: Verdicts
) -> None:
    """Judge one conflict: there is one, and there is none without any one member."""
    for is_whole, rules, choices in _smaller(chosen, answer):
        possible = judge.ask(do="judge", selection=choices, rules=rules, parts=3).get("answer")
        if possible is None:
            into.undecided += 1
        elif possible == is_whole:
            into.disagreements.append(f"{what}: {'no conflict' if is_whole else 'not minimal'}: {answer}")
            return
    into.judged += 1


def _smaller(
    chosen: Sequence[str], answer: Mapping[str, Any]
) -> Iterator[tuple[bool, Sequence[str], Sequence[str]]]:
    """Yield a conflict, then what is left of it without each of its members."""
    rules: list[str] = answer["rules"]
    members: list[str] | None = answer["choices"]
    choices = list(chosen) if members is None else members
    yield True, rules, choices
    for rule in rules:
        yield False, [each for each in rules if each != rule], choices
    for left_out in members or ():
        yield False, rules, [each for each in choices if each != left_out]
