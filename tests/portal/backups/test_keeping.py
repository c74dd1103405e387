from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portal.backups.keeping import RECENT, instants_to_keep
from portal.clock import to_hanoi

FIRST = datetime(2026, 1, 1, 16, 0, tzinfo=UTC)
instants = st.lists(st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)), max_size=60)


def nightly(days):
    return [FIRST + timedelta(days=day) for day in range(days)]


def test_of_two_years_of_nights_these_are_kept():
    kept = [f"{instant:%d/%m/%Y}" for instant in sorted(instants_to_keep(nightly(730)))]
    months = (
        "31/01/2027 28/02/2027 31/03/2027 30/04/2027 31/05/2027 30/06/2027 31/07/2027 31/08/2027 30/09/2027 31/10/2027 30/11/2027"
    )
    assert kept == [*months.split(), "12/12/2027", "19/12/2027", *(f"{day}/12/2027" for day in range(25, 32))]


def test_what_was_made_before_an_upgrade_outlives_the_night():
    before_upgrade = FIRST - timedelta(hours=20)
    assert before_upgrade in instants_to_keep([before_upgrade, FIRST - timedelta(hours=19), FIRST])


def test_nothing_is_kept_of_nothing():
    assert instants_to_keep([]) == frozenset()


@given(instants)
def test_the_newest_stays_and_a_period_of_each_kind(made):
    kept = instants_to_keep(made)
    assert kept <= set(made)
    for instant in made:
        assert max(made) - instant > RECENT or instant in kept
    for count, period in ((7, "%Y-%m-%d"), (4, "%G-%V"), (12, "%Y-%m")):
        newest_periods = sorted({to_hanoi(instant).strftime(period) for instant in made})[-count:]
        assert {to_hanoi(instant).strftime(period) for instant in kept} >= set(newest_periods)


@given(instants)
def test_applying_the_rule_again_removes_nothing(made):
    kept = instants_to_keep(made)
    assert instants_to_keep(kept) == kept


@given(instants)
def test_a_rule_applied_each_night_keeps_what_it_would_keep_at_once(made):
    """A backup that was removed on one night is not missed on a later one."""
    kept = frozenset()
    for instant in sorted(made):
        kept = instants_to_keep(kept | {instant})
    assert instants_to_keep(made) <= kept | {instant for instant in made if max(made) - instant <= RECENT}
