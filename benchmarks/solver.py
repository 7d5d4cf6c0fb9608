"""Writes the figures of ``docs/benchmarks-solver.md``: ``python -m benchmarks.solver --peers DIR``.

To run from the project's folder, in an environment with ``roc`` and the peers' requirements. It has four parts, each of
at most some minutes: ``peers`` (the four families, :mod:`benchmarks.peers`), ``hard`` (the family that was built to hurt:
mostly waiting for time-outs), ``scale`` (:mod:`benchmarks.scale`) and ``memory`` (:mod:`benchmarks.memory`). The page
is written from the results of all parts that are there; without ``--peers`` nothing is measured.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks import memory, page, peers, scale


def main(arguments: Sequence[str] | None = None) -> None:
    """Run all three, or the parts named, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, help="the folder with the peers and their instances")
    parser.add_argument("--results", type=Path, default=Path("build"), help="where the results are kept")
    parser.add_argument(
        "--parts", default="peers,hard,scale,memory", help="what is measured; the rest stays as it is"
    )
    options = parser.parse_args(arguments)
    folder: Path = options.results
    folder.mkdir(parents=True, exist_ok=True)
    parts: list[str] = options.parts.split(",") if options.peers else []
    for part in ("peers", "hard"):
        if part in parts:
            families = [family for family in peers.FAMILIES if (family == "hard") == (part == "hard")]
            where = ["--peers", str(options.peers), "--out", str(folder / f"{part}.json")]
            peers.main([*where, "--families", ",".join(families)])
    if "scale" in parts:
        scale.main(["--out", str(folder / "scale.json")])
    if "memory" in parts:
        memory.main(["--peers", str(options.peers), "--out", str(folder / "memory.json")])
    written = {file.stem: json.loads(file.read_text()) for file in folder.glob("*.json")}
    compared = [written[part] for part in ("peers", "hard") if part in written]
    if compared:
        page.replace("peers", page.peers_tables(page.joined(compared)))
    if "scale" in written:
        page.replace("scale", scale.tables(written["scale"]))
        scale.PICTURE.write_text(scale.picture(written["scale"]))
    if "memory" in written:
        page.replace("memory", memory.tables(written["memory"]))


if __name__ == "__main__":
    main()
