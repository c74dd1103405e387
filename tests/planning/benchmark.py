"""Times of the choice under a ceiling and of the transfers, beside other ways: ``python -m tests.planning.benchmark``.

Prints seconds of processor time, so that other work on the machine matters less. Nothing is asserted: what is right is tested elsewhere.
"""

import sys
from itertools import combinations
from os import times

import networkx
import pulp

from planning.funding.allocation import Aim, floors_of, rank_cheapest
from planning.funding.selection import FIRST_WORK, PROOF_WORK, choose_wards
from planning.funding.solver import make_solver
from planning.transfers.proposals import great_circle, propose_transfers
from tests.factories.candidates import make_candidates, make_ceilings, make_market, make_sliding
from tests.planning.oracles import greedy, simplex_metres, worth

PERCENTS = (20, 50)
MILLION = 1_000_000
# From so many wards on only the first work is timed.
MANY = 1000


def processor_time():
    """Seconds of processor time of this process and of those that it started and that ended, such as CBC."""
    return sum(times()[:4])


def timed(function, *arguments, **keywords):
    """What it gives, and how long it took."""
    start = processor_time()
    result = function(*arguments, **keywords)
    return result, processor_time() - start


def tell(*parts):
    sys.stdout.write(" ".join(str(part) for part in parts) + "\n")
    sys.stdout.flush()


def plain_highs(candidates, ceilings, aim):
    """The whole program given to HiGHS as it comes, to a proof: its value."""
    solver = make_solver()
    solver.setOptionValue("mip_rel_gap", 0.0)
    places = [solver.addBinary() for _candidate in candidates]
    for pot, limit in ceilings.items():
        used = [place * (c.costs[pot] / MILLION) for place, c in zip(places, candidates, strict=True) if pot in c.costs]
        solver.addConstr(solver.qsum(used) <= limit / MILLION)
    solver.maximize(solver.qsum(place * aim.value_of(c.ward) for place, c in zip(places, candidates, strict=True)))
    return solver.getInfo().objective_function_value


def plain_cbc(candidates, ceilings, aim):
    """The same through PuLP, solved by CBC."""
    program = pulp.LpProblem("wards", pulp.LpMaximize)
    places = [pulp.LpVariable(f"ward_{i}", cat="Binary") for i in range(len(candidates))]
    program += pulp.lpSum(aim.value_of(c.ward) * place for place, c in zip(places, candidates, strict=True))
    for pot, limit in ceilings.items():
        used = [c.costs[pot] / MILLION * place for place, c in zip(places, candidates, strict=True) if pot in c.costs]
        program += pulp.lpSum(used) <= limit / MILLION
    program.solve(pulp.PULP_CBC_CMD(msg=False, threads=1, gapRel=0))
    return pulp.value(program.objective)


def time_choice(count):
    """The choice within both amounts of work, greedy, and the first program given to other solvers, for both aims."""
    candidates = make_candidates(count)
    for percent in PERCENTS:
        ceilings = make_ceilings(candidates, percent)
        for aim in Aim:
            tell(f"choice    {count:5} wards, {percent} %, {aim.value}")
            for name, work in (
                (("first work", FIRST_WORK), ("proof", PROOF_WORK)) if count < MANY else (("first work", FIRST_WORK),)
            ):
                choice, seconds = timed(choose_wards, candidates, ceilings, aim, work=work)
                tell_choice(name, choice, seconds)
            tell(f"          greedy: {worth(greedy(candidates, ceilings), aim)}")
            for solve in (plain_highs, plain_cbc) if count < MANY else ():
                value, seconds = timed(solve, candidates, ceilings, aim)
                tell(f"          {solve.__name__}, the value alone: {value:.0f}, {seconds:.2f} s")
        floors = floors_of(candidates, 1)
        choice, seconds = timed(choose_wards, candidates, ceilings, floors=floors, communes_first=True)
        tell_choice(f"{len(floors)} floors and communes first", choice, seconds)
    if count < MANY:
        time_slides(candidates)


def time_slides(candidates):
    """The choice where each ward may begin up to two years later, for half the money of each year and both aims."""
    sliding = [make_sliding(candidate, 2) for candidate in candidates]
    ceilings = make_ceilings(candidates, 50)
    for aim in Aim:
        for name, work in (("first work", FIRST_WORK), ("proof", PROOF_WORK)):
            choice, seconds = timed(choose_wards, sliding, ceilings, aim, work=work)
            tell_choice(f"{aim.value} with two years of slide, {name}", choice, seconds)


def tell_choice(name, choice, seconds):
    state = "settled" if choice.is_settled else "not settled"
    tell(f"          {name}: {choice.value}, gap {choice.gap}, {choice.cost} đồng, gap {choice.cost - choice.cost_bound}, {state},",
         f"{seconds:.2f} s")  # fmt: skip


def time_transfers(count):
    """The transfers of one item, and the network simplex of networkx."""
    demand, supply = make_market(count)
    transfers, seconds = timed(propose_transfers, demand, supply, {"A01": 1})
    metres = sum(t.quantity * t.metres for t in transfers)
    tell(f"transfers {count:5} wards: {sum(t.quantity for t in transfers)} machines, {metres} metres, {seconds:.2f} s")
    if count < MANY:
        simplex_total, seconds = timed(simplex_metres, demand, supply, great_circle)
        tell(f"          networkx {networkx.__version__}: {simplex_total} metres, {seconds:.2f} s")


def time_brute_force(count):
    """Every choice of a small city."""
    candidates = make_candidates(count)
    ceilings = make_ceilings(candidates, 40)
    choice, seconds = timed(choose_wards, candidates, ceilings)

    def best():
        sets = (taken for size in range(count + 1) for taken in combinations(rank_cheapest(candidates), size))
        return max(len(s) for s in sets if all(sum(c.costs.get(p, 0) for c in s) <= limit for p, limit in ceilings.items()))

    value, brute_seconds = timed(best)
    tell(f"choice    {count:5} wards, 40 %: {choice.value}, {seconds:.3f} s; brute force {value}, {brute_seconds:.2f} s")


if __name__ == "__main__":
    time_brute_force(14)
    for wards in (126, 3321):
        time_choice(wards)
        time_transfers(wards)
