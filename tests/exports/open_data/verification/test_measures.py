"""Each measure by hand, on rows as they stand in the files; beside each its rule in docs/tieu-chuan.md."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.open_data.verification.findings import Criterion, judge
from exports.open_data.verification.measures import Ward, applies, fold_name, read_fact, read_measure
from exports.open_data.verification.rows import Row
from portal.vietnamese import clean_text, fold

ON = date(2026, 3, 2)


def lot(item, good=0, degraded=0, unused=0, year="", owner="ward"):
    cells = {"item": item, "year": str(year), "owner": owner, "good": str(good), "degraded": str(degraded), "unused": str(unused)}
    return Row("equipment.csv", 2, cells)


def line(provider, mbps):
    return Row("connections.csv", 2, {"provider": provider, "contracted_mbps": mbps})


def ward(facts=None, equipment=None, lines=None):
    return Ward(facts or {}, equipment or {}, lines or {}, ON, 7)


PCS = {"A01": [lot("A01", 10, 5, 3, year=2024)], "A02": [lot("A02")]}
BY_HAND = [
    # Good, degraded and unused ones work; leased ones count, the centre's do not.
    ("pcs_working", ward(equipment=PCS), 18),
    ("printers", ward(equipment={"A03": [lot("A03", 2), lot("A03", 3, owner="leased"), lot("A03", 4, owner="city_centre")]}), 5),
    ("printers", ward(equipment={"A03": [lot("A03", 4, owner="city_centre")]}), 0),
    # Without a row of the item there is no answer; a row of zeros is none.
    ("printers", ward(), None),
    ("printers", ward(equipment={"A03": [lot("A03")]}), 0),
    ("pcs_working", ward(equipment={"A01": [lot("A01", 9)]}), None),
    # Seven years back from the year of the rating still count; an unknown year counts nothing.
    ("pcs_usable", ward(equipment=PCS | {"A02": [lot("A02", 2, year=2019), lot("A02", 4, year=2018), lot("A02", 8)]}), 20),
    # A multifunction machine scans too.
    ("scanners", ward({"printers_multifunction": "2"}, {"A04": [lot("A04", 3)]}), 5),
    ("scanners", ward({}, {"A04": [lot("A04", 3)]}), None),
    # Of cameras that leave a counter unseen at most three count.
    ("counter_cameras", ward({"cameras_cover_all": "true"}, {"B11": [lot("B11", 6)]}), 6),
    ("counter_cameras", ward({"cameras_cover_all": "false"}, {"B11": [lot("B11", 6)]}), 3),
    ("counter_cameras", ward({"cameras_cover_all": "false"}, {"B11": [lot("B11", 1)]}), 1),
    ("counter_cameras", ward({}, {"B11": [lot("B11", 6)]}), None),
    # The number of lines; the fastest; the sum of main and spare ones, and a line without a speed is 0.
    ("tslcd_lines", ward(lines={"tslcd": []}), 0),
    ("tslcd_lines", ward(), None),
    ("tslcd_mbps", ward(lines={"tslcd": [line("", "100"), line("", "187.5"), line("", "")]}), Decimal("187.5")),
    ("tslcd_mbps", ward(lines={"tslcd": []}), 0),
    ("internet_mbps", ward(lines={"internet": [line("A", "100"), line("A", "")], "backup": [line("B", "87.5")]}), Decimal("187.5")),
    ("internet_mbps", ward(lines={"internet": [line("A", "100")]}), 100),
    ("internet_mbps", ward(lines={"backup": [line("B", "100")]}), None),
    # A spare line is of another provider, by folded name, and has a name.
    ("backup_lines", ward(lines={"internet": [line("Nhà mạng A", "1")], "backup": [line(" NHA MANG a", "1"), line("B", "1")]}), 1),
    ("backup_lines", ward(lines={"backup": [line("B", "1"), line("", "1")]}), 1),
    ("backup_lines", ward(lines={"internet": []}), None),
    ("other_sites", ward({"sites": "3"}), 2),
    ("other_sites", ward({"sites": "0"}), 0),
    ("other_sites", ward(), None),
    # All of them less the one at the main office, also where its licence has ended since.
    ("other_sites_cabinets", ward({"main_site_cabinet": "true"}, {"F06": [lot("F06", 2)]}), 1),
    ("other_sites_cabinets", ward({"main_site_cabinet": "false"}, {"F06": [lot("F06", 2)]}), 2),
    ("other_sites_cabinets", ward({"main_site_cabinet": "true"}, {"F06": [lot("F06")]}), 0),
    ("other_sites_ups", ward({"main_site_ups": "true"}, {"F01": [lot("F01", 1, 2, owner="leased")]}), 2),
    ("other_sites_ups", ward({}, {"F01": [lot("F01", 1)]}), None),
    ("other_sites_ups", ward({"main_site_ups": "true"}), None),
    ("other_sites_temperature", ward({"sites_temperature": "3", "main_site_temperature": "true"}), 2),
    ("other_sites_firewalls", ward({"main_firewall_until": "2026-03-01"}, {"G01": [lot("G01", 3)]}), 2),
    ("other_sites_firewalls", ward({"main_firewall_until": "false"}, {"G01": [lot("G01", 3)]}), 3),
    # Once the first certificate has ended, one fewer is valid.
    ("certified_signers", ward({"signers_certified": "9", "signer_certificate_until": "2026-03-02"}), 9),
    ("certified_signers", ward({"signers_certified": "9", "signer_certificate_until": "2026-03-01"}), 8),
    ("certified_signers", ward({"signers_certified": "0", "signer_certificate_until": "false"}), 0),
    ("certified_signers", ward({"signers_certified": "9"}), None),
    ("certified_bodies", ward({"bodies_certified": "3", "body_certificate_until": "true"}), 3),
    ("certified_bodies", ward({"body_certificate_until": "true"}), None),
]


@pytest.mark.parametrize(("measure", "rows", "value"), BY_HAND)
def test_a_measure_by_hand(measure, rows, value):
    assert read_measure(measure, rows) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", 1),
        ("false", 0),
        ("12", 12),
        ("187.5", Decimal("187.5")),
        ("187.0", 187),
        ("2026-03-01", 0),
        ("2026-03-02", 1),
        ("2026-03-03", 1),
        ("2026-02-30", None),
        ("một từ", None),
        ("", None),
    ],
)
def test_an_answer_by_hand(text, value):
    assert read_fact(ward({"key": text}), "key") == value


@pytest.mark.parametrize(("text", "does"), [("true", True), ("false", False), ("0", False), ("2", True), ("2020-01-01", True)])
def test_what_lets_a_criterion_apply(text, does):
    assert applies(ward({"key": text}), "key") is does
    assert applies(ward(), "key") is None


@pytest.mark.parametrize(
    ("name", "folded"), [("  Đường\tTruyền  ", "duong truyen"), ("Ðường", "duong"), ("ĐỐNG ĐA", "dong da"), ("Straße", "strasse")]
)
def test_a_name_without_case_diacritics_and_blanks(name, folded):
    assert fold_name(name) == folded


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("ĐÐđðıİß \t\u0301\u0323")))
def test_names_are_folded_as_the_first_computation_folds_them(name):
    assert fold_name(clean_text(name)) == fold(name)


def test_a_need_of_a_decimal_is_rounded_up_and_the_shortfall_is_exact():
    criterion = Criterion("CR-D9", "", "tslcd_mbps", "", "A", 1, per="internet_mbps", percent=50)
    lines = {"internet": [line("A", "187.5")], "tslcd": [line("", "93.5")]}
    finding = judge(criterion, ward(lines=lines), is_asked=True)
    assert (finding.status, finding.have, finding.need, finding.shortfall) == ("unmet", Decimal("93.5"), 94, Decimal("0.5"))
