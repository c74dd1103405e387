import pytest

from tests.storm import run


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_no_acknowledged_field_is_lost_when_the_server_is_killed(kind):
    assert run(kind, seconds=5, kills=1, officers=12) == []
