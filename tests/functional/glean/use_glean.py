"""A program that uses Mozilla's glean-sdk as any other does: `use_glean.py SERVER DATA_DIR APPLICATION`."""

import sys
from pathlib import Path

from glean import Configuration, Glean, load_metrics, load_pings

server, data_dir, application = sys.argv[1:]
here = Path(__file__).parent
pings = load_pings(here / "pings.yaml")
metrics = load_metrics(here / "metrics.yaml")

if __name__ == "__main__":
    Glean.initialize(
        application_id=application, application_version="5.2.0", application_build_id="1", upload_enabled=True,
        configuration=Configuration(server_endpoint=server, channel="release", allow_multiprocessing=False),
        data_dir=Path(data_dir),
    )  # fmt: skip
    metrics.usage.app.set("reality")
    pings.usage.submit()
    Glean.shutdown()
