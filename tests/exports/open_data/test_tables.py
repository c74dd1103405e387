"""What leaves with the open data and what stays, in the files of the demo."""

from exports.open_data.tables import build_open_data
from planning.plan.line import amount_of
from tests.factories.open_data import read_table


def test_a_stranger_can_compute_amounts_from_the_prices(demo_session):
    files = build_open_data(demo_session, include_security=True)
    prices = {row["item"]: int(row["unit_price"]) for row in read_table(files, "prices.csv")}
    for row in read_table(files, "plan_lines.csv"):
        bought, price = int(row["quantity"]) - int(row["moved"]), prices[row["item"]]
        years = len(row["later_prices"].split())
        assert int(row["amount"]) == amount_of(bought, price, int(row["months"])) + years * bought * price


def test_the_open_data_keeps_security_in_the_house(demo_session):
    files = build_open_data(demo_session, include_security=False)
    assert all(not row["criterion"].startswith("CR-G") for row in read_table(files, "findings.csv"))
    assert all(not row["item"].startswith("G") for name in ("equipment.csv", "plan_lines.csv") for row in read_table(files, name))
    assert all(row["key"] != "pcs_protected" for row in read_table(files, "facts.csv"))


def test_the_open_edition_gives_group_g_away_by_no_detour(demo_session):
    files = build_open_data(demo_session, include_security=False)
    assert all("CR-G" not in row["criteria"] for row in read_table(files, "plan_lines.csv"))
    assert {(row["result"], row["score"]) for row in read_table(files, "ratings.csv")} == {("", "")}
