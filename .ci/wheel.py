"""What must work with the core alone: no extra is installed where this runs."""

import sys
import time

start = time.perf_counter()
import attrs  # noqa: E402, F401

middle = time.perf_counter()
import roc  # noqa: E402

end = time.perf_counter()
print(f"import attrs {(middle - start) * 1e3:.1f} ms, import roc {(end - middle) * 1e3:.1f} ms more")

qualification = roc.load("examples/qualifications/601-0143-x-award-education-training.json")
status = roc.check(roc.Selection.start(qualification))
assert not status.ok
assert status.text("portal")
print(status.text("plain"))

try:
    roc.loads("title: Example")
except roc.MissingExtraError as error:
    print(error)
else:
    sys.exit("reading YAML should ask for its extra")
