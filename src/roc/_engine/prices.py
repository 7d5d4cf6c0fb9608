"""Prices of needs: the dual values of a linear relaxation, found by a bounded dual simplex.

min cost.x with low <= rows.x <= high and 0 <= x <= 1. The start, with every column where its cost wants it, is
dual feasible. The columns are sparse, the inverse of the basis is dense and small.
"""

import operator
from collections.abc import Sequence
from typing import Final

_EPS: Final = 1e-9


def prices(
    costs: Sequence[float],
    columns: Sequence[Sequence[tuple[int, float]]],
    low: Sequence[float],
    high: Sequence[float],
    *,
    limit: int = 400,
    proof: list[float] | None = None,
) -> tuple[list[float], list[float]] | None:
    """Return a price for each row and how much of each column is taken; ``None`` where that is impossible.

    Where *limit* pivots do not suffice, the prices so far are returned: they are still a valid bound.
    Where it is impossible, *proof* receives the factors of a sum of rows that shows it.
    """
    m, n = len(low), len(costs)
    rows: list[list[tuple[int, float]]] = [[] for _ in range(m)]
    for j, column_ in enumerate(columns):
        for i, w in column_:
            rows[i].append((j, w))
    # of the inverse of the basis, which begins with the negated slacks, only the columns of rows that were pivots
    # differ from that; only those are there
    inverse: list[list[float]] = [[] for _ in range(m)]
    pivots: list[int] = []
    place = [-1] * m
    basis = [n + i for i in range(m)]
    least, most = [*low], [*high]  # of what is in the basis
    value = [0.0] * m
    at_upper = [cost < 0 for cost in costs] + [False] * m
    for j, cost in enumerate(costs):
        if cost < 0:
            for i, w in columns[j]:
                value[i] += w
    basic = [False] * n + [True] * m
    reduced = [*map(float, costs), *([0.0] * m)]
    for _ in range(limit):
        r, gap, up = -1, _EPS * 1000, False
        for i, (v, lo, hi) in enumerate(zip(value, least, most, strict=True)):
            if lo - v > gap:
                r, gap, up = i, lo - v, True
            elif v - hi > gap:
                r, gap, up = i, v - hi, False
        if r < 0:
            break
        if place[r] < 0:
            place[r] = len(pivots)
            pivots.append(r)
            for each in inverse:
                each.append(0.0)
            inverse[r][-1] = -1.0
        rho = inverse[r]
        sign = -1.0 if up else 1.0
        candidates: list[tuple[float, float, int]] = []
        alphas: dict[int, float] = {}
        amounts = [0.0] * n
        for factor, i in zip(rho, pivots, strict=True):
            if factor > _EPS or factor < -_EPS:
                for j, w in rows[i]:
                    amounts[j] += factor * w
                j = n + i
                if not basic[j]:
                    alphas[j] = -factor
                    if low[i] < high[i] and (sign * factor < 0) != at_upper[j]:
                        candidates.append((abs(reduced[j] / factor), -abs(factor), j))
        for j, alpha in enumerate(amounts):
            if (alpha > _EPS or alpha < -_EPS) and not basic[j]:
                alphas[j] = alpha
                if (sign * alpha > 0) != at_upper[j]:
                    candidates.append((abs(reduced[j] / alpha), -abs(alpha), j))
        candidates.sort()
        slope = gap
        entering = -1
        flips: list[int] = []
        for _, size, j in candidates:
            width = (high[j - n] - low[j - n]) if j >= n else 1.0
            slope += size * width
            if slope < 0:
                entering = j
                break
            flips.append(j)
        if entering < 0:  # all flipped and still short, or just enough
            if slope > _EPS * 1000:
                if proof is not None:
                    proof[:] = [0.0 if at < 0 else rho[at] for at in place]
                return None
            entering = flips.pop()
        if flips:
            change = [0.0] * m
            for j in flips:
                if j >= n:
                    step = (low[j - n] - high[j - n]) if at_upper[j] else (high[j - n] - low[j - n])
                    change[j - n] -= step
                else:
                    step = -1.0 if at_upper[j] else 1.0
                    for i, w in columns[j]:
                        change[i] += w * step
                at_upper[j] = not at_upper[j]
            moved = _times(inverse, place, [(i, each) for i, each in enumerate(change) if each])
            value = list(map(operator.sub, value, moved))
        pivot = alphas[entering]
        theta = reduced[entering] / pivot
        for j, alpha in alphas.items():
            reduced[j] -= theta * alpha
        leaving = basis[r]
        reduced[leaving] = -theta
        reduced[entering] = 0.0
        column = _times(inverse, place, [(entering - n, -1.0)] if entering >= n else columns[entering])
        step = (value[r] - (least[r] if up else most[r])) / pivot
        start = _at(entering, n, low, high, at_upper)
        at_upper[leaving] = not up
        basic[leaving], basic[entering] = False, True
        basis[r] = entering
        least[r], most[r] = (low[entering - n], high[entering - n]) if entering >= n else (0.0, 1.0)
        inv = 1.0 / pivot
        row = inverse[r] = [x * inv for x in rho]
        for i, f in enumerate(column):
            if i == r:
                value[i] = start + step
            elif f > _EPS or f < -_EPS:
                value[i] -= step * f
                inverse[i] = [x - f * y for x, y in zip(inverse[i], row, strict=True)]
    taken = [1.0 if upper else 0.0 for upper in at_upper[:n]]
    duals = [0.0] * len(pivots)
    for b, at, each in zip(basis, value, inverse, strict=True):
        if b < n:
            taken[b] = at
            if costs[b]:
                duals = [x + costs[b] * y for x, y in zip(duals, each, strict=True)]
    return [0.0 if at < 0 else duals[at] for at in place], taken


def _times(
    inverse: Sequence[Sequence[float]], place: Sequence[int], vector: Sequence[tuple[int, float]]
) -> list[float]:
    """Return the inverse of the basis times a vector."""
    found = [0.0] * len(inverse)
    for k, w in vector:
        at = place[k]
        if at < 0:
            found[k] -= w
        else:
            found = [x + row[at] * w for x, row in zip(found, inverse, strict=True)]
    return found


def _at(j: int, n: int, low: Sequence[float], high: Sequence[float], at_upper: Sequence[bool]) -> float:
    if j >= n:
        return high[j - n] if at_upper[j] else low[j - n]
    return 1.0 if at_upper[j] else 0.0
