"""``python -m pytest -p tests.quick`` leaves out what loads the demo city, starts PostgreSQL or opens a browser."""

import pytest

SLOW = frozenset({"demo_city", "browser", "postgres_server"})


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    slow = [item for item in items if SLOW & set(getattr(item, "fixturenames", ())) or "postgresql" in item.nodeid]
    config.hook.pytest_deselected(items=slow)
    items[:] = [item for item in items if item not in slow]
