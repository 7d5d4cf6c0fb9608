"""Sets of units as bits of an integer."""


def each_bit(mask: int) -> list[int]:
    """Return the numbers of the bits that are set, lowest first."""
    if 8 * mask.bit_count() > mask.bit_length():
        return [i for i, digit in enumerate(bin(mask)[:1:-1]) if digit == "1"]
    found: list[int] = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found
