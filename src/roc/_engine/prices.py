"""Prices of needs: the dual values of a linear relaxation, found by a bounded dual simplex.

min cost.x with low <= rows.x <= high and 0 <= x <= 1. The start, with every column where its cost wants it, is
dual feasible. The columns are sparse, the inverse of the basis is dense and small.
"""

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
    inverse = [[0.0] * m for _ in range(m)]  # of the basis, which begins with the negated slacks
    for i in range(m):
        inverse[i][i] = -1.0
    basis = [n + i for i in range(m)]
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
        for i in range(m):
            v, b = value[i], basis[i]
            lo, hi = (low[b - n], high[b - n]) if b >= n else (0.0, 1.0)
            if lo - v > gap:
                r, gap, up = i, lo - v, True
            elif v - hi > gap:
                r, gap, up = i, v - hi, False
        if r < 0:
            break
        rho = inverse[r]
        sign = -1.0 if up else 1.0
        candidates: list[tuple[float, float, int]] = []
        alphas: dict[int, float] = {}
        amounts = [0.0] * n
        for factor, entries in zip(rho, rows, strict=True):
            if factor > _EPS or factor < -_EPS:
                for j, w in entries:
                    amounts[j] += factor * w
        for j, alpha in enumerate(amounts):
            if (alpha > _EPS or alpha < -_EPS) and not basic[j]:
                alphas[j] = alpha
                if (sign * alpha > 0) != at_upper[j]:
                    candidates.append((abs(reduced[j] / alpha), -abs(alpha), j))
        for i, factor in enumerate(rho):
            j = n + i
            if (factor > _EPS or factor < -_EPS) and not basic[j]:
                alphas[j] = -factor
                if low[i] < high[i] and (sign * factor < 0) != at_upper[j]:
                    candidates.append((abs(reduced[j] / factor), -abs(factor), j))
        if not candidates:
            if proof is not None:
                proof[:] = rho
            return None
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
                    proof[:] = rho
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
            changed = [(k, each) for k, each in enumerate(change) if each]
            for i, row in enumerate(inverse):
                moved = 0.0
                for k, each in changed:
                    moved += row[k] * each
                value[i] -= moved
        pivot = alphas[entering]
        theta = reduced[entering] / pivot
        for j, alpha in alphas.items():
            reduced[j] -= theta * alpha
        leaving = basis[r]
        reduced[leaving] = -theta
        reduced[entering] = 0.0
        if entering >= n:
            column = [-inverse[i][entering - n] for i in range(m)]
        else:
            column = [0.0] * m
            for k, w in columns[entering]:
                column = [x + row[k] * w for x, row in zip(column, inverse, strict=True)]
        lo, hi = (low[leaving - n], high[leaving - n]) if leaving >= n else (0.0, 1.0)
        bound = lo if up else hi
        step = (value[r] - bound) / pivot
        start = _at(entering, n, low, high, at_upper)
        for i in range(m):
            if i != r:
                value[i] -= step * column[i]
        value[r] = start + step
        at_upper[leaving] = not up
        basic[leaving], basic[entering] = False, True
        basis[r] = entering
        inv = 1.0 / pivot
        row = inverse[r] = [x * inv for x in rho]
        for i in range(m):
            if i != r and abs(column[i]) > _EPS:
                f = column[i]
                inverse[i] = [x - f * y for x, y in zip(inverse[i], row, strict=True)]
    taken = [1.0 if upper else 0.0 for upper in at_upper[:n]]
    for i, b in enumerate(basis):
        if b < n:
            taken[b] = value[i]
    return [_dual(i, basis, inverse, costs, n) for i in range(m)], taken


def _at(j: int, n: int, low: Sequence[float], high: Sequence[float], at_upper: Sequence[bool]) -> float:
    if j >= n:
        return high[j - n] if at_upper[j] else low[j - n]
    return 1.0 if at_upper[j] else 0.0


def _dual(
    i: int, basis: Sequence[int], inverse: Sequence[Sequence[float]], costs: Sequence[float], n: int
) -> float:
    return sum(costs[b] * inverse[r][i] for r, b in enumerate(basis) if b < n)
