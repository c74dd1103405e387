"""Other ways to the least remedies: every choice tried, and an integer program."""

import math
from dataclasses import dataclass
from itertools import product

import highspy

from inventory.catalogue import load_catalogue
from inventory.snapshots.snapshot import Owner
from scoring.rating.purchases import LINE_MBPS

PC_CODES = ("CR-A1", "CR-A2", "CR-A3", "CR-A7", "CR-G2")
LARGE = 100_000


def share(percent, count):
    return math.ceil(percent * count / 100)


@dataclass(frozen=True)
class Fleet:
    """The PCs of a ward once everybody has one by CR-A1, which blocks and comes first: its new PCs replace as many worn ones."""

    staff: int
    new: int
    total: int
    usable: int
    worn: int
    in_life: int
    outlived: int
    leaving: int
    supported: int
    licensed: int
    protected: int


def fleet_of(rating):
    snapshot, year = rating.snapshot, rating.on.year
    lots = [lot for lot in snapshot.lots if lot.item in ("A01", "A02") and lot.owner is not Owner.CITY_CENTRE]
    total = sum(lot.working for lot in lots)
    worn = sum(lot.working for lot in lots if lot.year is None or year - lot.year > rating.standard.pc_max_age_years)
    outlived = sum(lot.working for lot in lots if lot.year is None or year - lot.year > 7)
    staff = snapshot.count("staff_total")
    new = max(0, staff - (total - worn))
    replaced = min(new, worn)
    after = total + new - replaced
    return Fleet(
        staff,
        new,
        after,
        total - worn + new,
        worn - replaced,
        total - outlived + new,
        outlived - replaced,
        sum(lot.working for lot in lots if lot.year != year) - replaced,
        min(snapshot.count("pc_supported_os") + new, after),
        min(snapshot.count("licensed_pcs"), after),
        min(snapshot.count("pcs_protected"), after),
    )


def may_withdraw(fleet, count):
    """Whether so many are asked for: the worn for CR-A2, those without a supported system for CR-A3, where they are not met."""
    left, total = count, fleet.total
    if fleet.usable < share(80, total):
        worn = min(left, total - fleet.usable)
        left, total = left - worn, total - worn
    if left and fleet.supported < share(95, total):
        left -= min(left, total - min(fleet.supported, total))
    return not left


def pc_ways(rating, prices, terms):
    """By what is met of PC_CODES (True, False, None where it does not apply): the least VND over the years, of all ways."""
    fleet, before = fleet_of(rating), {f.criterion.code: f for f in rating.findings}
    a01, a07 = prices["A01"].unit_price, prices["A07"].unit_price
    g02 = prices["G02"].unit_price * terms.years
    lacks_system = range(fleet.total - fleet.supported + 1) if fleet.total > fleet.supported else (0,)
    ways = {}
    for gone, upgraded, replaced in product(range(fleet.leaving + 1), lacks_system, lacks_system):
        total, leaving = fleet.total - gone, gone + replaced
        usable = fleet.usable - max(0, leaving - fleet.worn) + replaced
        upgradable = max(0, fleet.in_life - max(0, gone - fleet.outlived) - min(fleet.supported, total))
        if leaving > fleet.leaving or usable < fleet.staff or not may_withdraw(fleet, gone):
            continue
        if upgraded > (upgradable if terms.upgrades_os else 0):
            continue
        supported = min(fleet.supported + upgraded + replaced, total)
        has_system = supported >= share(95, total)
        if (upgraded or replaced) and not has_system:
            continue
        licensed, protected = min(fleet.licensed + upgraded, total), min(fleet.protected, total)
        licences, protections = max(0, share(90, total) - licensed), max(0, total - protected)
        must_license = (fleet.new or replaced) and not before["CR-A7"].is_failing
        for buys_licences in {bool(licences), bool(licences and must_license)}:
            cost = (fleet.new + replaced) * a01 + (upgraded + licences * buys_licences) * a07 + protections * g02
            met = (True, usable >= share(80, total), has_system, buys_licences or not licences, True)
            applies = (fleet.staff, total, total, total, total)
            key = tuple(is_met if driver else None for is_met, driver in zip(met, applies, strict=True))
            ways[key] = min(cost, ways.get(key, cost))
    return ways


def single_cost(finding, prices, terms, read):
    """VND over the years of what mends a finding by itself; ``read`` gives the value of a measure."""
    cost = 0
    for part in finding.criterion.remedy.items:
        amount = finding.shortfall if part.of is None else read(part.of)
        years = terms.years if load_catalogue()[part.item].yearly else 1
        cost += max(1, math.ceil(amount / part.each)) * prices[part.item].unit_price * years
    return cost


def program(rating, prices, terms, *, to_ready):
    """The least VND over the years by an integer program: of the whole list, or to be ready; None where nothing makes it so."""
    findings = {f.criterion.code: f for f in rating.findings if f.is_counted}
    standard, fleet = rating.standard, fleet_of(rating)
    model = highspy.Highs()
    model.setOptionValue("output_flag", False)
    model.setOptionValue("mip_rel_gap", 0)
    million = {item: price.unit_price / 1_000_000 for item, price in prices.items()}
    yearly = {item: cost * (terms.years if load_catalogue()[item].yearly else 1) for item, cost in million.items()}

    def mendable(code):
        return code in findings and findings[code].status.value == "unmet" and findings[code].criterion.remedy.money_mends

    is_met = {}
    for code, finding in findings.items():
        if finding.is_met or (mendable(code) and (finding.criterion.blocking or not to_ready)):
            is_met[code] = 1
        else:
            is_met[code] = model.addBinary() if mendable(code) else 0

    certain = []

    def require(condition):
        if isinstance(condition, bool):
            certain.append(condition)
        else:
            model.addConstr(condition)

    def count(most=LARGE):
        return model.addIntegral(lb=0, ub=most)

    # PCs: taken out of the count, given a newer system, replaced; licences and protection.
    unsupported = fleet.total - fleet.supported
    most_gone = max((gone for gone in range(fleet.leaving + 1) if may_withdraw(fleet, gone)), default=0)
    can_upgrade = terms.upgrades_os and fleet.in_life > fleet.supported
    gone, upgraded, replaced = count(most_gone), count(unsupported if can_upgrade else 0), count(unsupported)
    needed, outlived, licences, protections = count(), count(), count(), count()
    total = fleet.total - gone
    require(needed >= gone + replaced - fleet.worn)
    require(fleet.usable - needed + replaced >= fleet.staff)
    require(outlived >= gone - fleet.outlived)
    if can_upgrade:
        require(upgraded <= fleet.in_life - outlived - fleet.supported)
    require(gone + replaced <= fleet.leaving)
    cost = fleet.new * million["A01"] + replaced * million["A01"] + (upgraded + licences) * million["A07"]
    cost = cost + protections * yearly["G02"]
    if "CR-A2" in findings:
        require(100 * (fleet.usable - needed + replaced) >= 80 * total - LARGE + LARGE * is_met["CR-A2"])
    require(100 * (fleet.supported + upgraded + replaced) >= 95 * total - LARGE + LARGE * is_met["CR-A3"])
    require(upgraded + replaced <= LARGE * is_met["CR-A3"])
    require(100 * (fleet.licensed + upgraded + licences) >= 90 * total - LARGE + LARGE * is_met["CR-A7"])
    require(fleet.protected + protections >= total - LARGE + LARGE * is_met["CR-G2"])
    # Two criteria of lines, and two of rooms, touch each other.
    lines, spare = count(), 0
    if mendable("CR-D6"):
        spare = findings["CR-D6"].shortfall * is_met["CR-D6"]
    cost = cost + lines * yearly["D03"] + spare * yearly["D04"]
    if mendable("CR-D5"):
        require(LINE_MBPS * (lines + spare) >= findings["CR-D5"].shortfall * is_met["CR-D5"])
    rooms = count()
    if mendable("CR-E2"):
        first = findings["CR-E1"].shortfall * is_met["CR-E1"] if mendable("CR-E1") else 0
        require(rooms + first >= findings["CR-E2"].shortfall * is_met["CR-E2"])
    cost = cost + rooms * million["E01"]
    for code, finding in findings.items():
        if mendable(code) and code not in (*PC_CODES, "CR-D5", "CR-D6", "CR-E2"):
            price = single_cost(finding, prices, terms, rating.snapshot.count) / 1_000_000
            cost = cost + price * is_met[code]
    if to_ready:
        weights = {code: finding.criterion.weight for code, finding in findings.items()}
        pass_mark = standard.pass_mark * sum(weights.values())
        require(sum(100 * weight * is_met[code] for code, weight in weights.items()) >= pass_mark)
        if any(f.criterion.blocking and not f.is_met and not mendable(code) for code, f in findings.items()):
            return None
    model.minimize(cost)
    if not all(certain) or model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return round(model.getInfo().objective_function_value * 1_000_000)
