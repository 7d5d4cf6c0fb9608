"""Writes the figures of ``docs/benchmarks-solver.md``: ``python -m benchmarks.solver --peers DIR``.

To run from the project's folder, in an environment with ``roc`` and the peers' requirements. It takes some ten minutes:
the peers (:mod:`benchmarks.peers`), the cost by size (:mod:`benchmarks.scale`), memory (:mod:`benchmarks.memory`).
Without ``--peers`` it only writes the page again, from the results that are there.
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
        "--parts", default="peers,scale,memory", help="what is measured; the rest stays as it is"
    )
    options = parser.parse_args(arguments)
    folder: Path = options.results
    folder.mkdir(parents=True, exist_ok=True)
    parts: list[str] = options.parts.split(",") if options.peers else []
    if "peers" in parts:
        peers.main(["--peers", str(options.peers), "--out", str(folder / "peers.json")])
    if "scale" in parts:
        scale.main(["--out", str(folder / "scale.json")])
    if "memory" in parts:
        memory.main(["--peers", str(options.peers), "--out", str(folder / "memory.json")])
    for name, tables in (("peers", page.peers_tables), ("scale", scale.tables), ("memory", memory.tables)):
        file = folder / f"{name}.json"
        if file.exists():
            found = json.loads(file.read_text())
            page.replace(name, tables(found))
            if name == "scale":
                scale.PICTURE.write_text(scale.picture(found))


if __name__ == "__main__":
    main()
