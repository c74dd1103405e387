"""How many examples a property is tried with: a hundred or fewer in ``make test``, ten times as many in ``make soak``."""

from hypothesis import HealthCheck, settings

USUAL, SOAK = 100, 1000
# A shared machine is slow at times; an example that takes long is no fault.
settings.register_profile("house", max_examples=USUAL, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("soak", settings.get_profile("house"), max_examples=SOAK)
settings.load_profile("house")


def examples(count: int, **others) -> settings:
    """So many examples for a property that takes its time, and more where the profile asks for more."""
    return settings(max_examples=count * settings().max_examples // USUAL, **others)
