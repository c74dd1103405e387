"""The whole matrix of rights, with what takes seconds and what nobody has asked for by everybody."""

import tempfile
from pathlib import Path

from portal.setup import load_demo, run_setup
from tests.factories.days import DEMO_DAY
from tests.support.applications import make_app
from tests.support.rights import Matrix


def drill_rights() -> list[str]:
    """Send everything to every address as everybody, for own, others' and unknown things, and compare with the policy."""
    with tempfile.TemporaryDirectory() as folder:
        app = make_app(f"sqlite:///{Path(folder) / 'city.sqlite'}")
        run_setup(app, interactive=False)
        load_demo(app, as_of=DEMO_DAY)
        faults = list(Matrix(app).walk(is_whole=True))
        app.extensions["engine"].dispose()
        return faults
