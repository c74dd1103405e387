"""Times of the choice under a ceiling and of the transfers, beside other ways: ``python -m tests.planning.benchmark``.

Prints seconds of processor time, so that other work on the machine matters less. Nothing is asserted: what is right is tested elsewhere.
"""

import sys
from itertools import combinations
from time import process_time

import networkx

from planning.funding.allocation import Aim, choose_wards, floors_of, rank_cheapest
from planning.funding.knapsack import _model
from planning.transfers.proposals import great_circle, propose_transfers
from tests.factories.candidates import make_candidates, make_ceilings, make_market
from tests.planning.oracles import greedy, rows_of, simplex_metres, worth

PERCENTS = (20, 50)


def timed(work, *arguments, **keywords):
    """What it gives, and how long it took."""
    start = process_time()
    result = work(*arguments, **keywords)
    return result, process_time() - start


def tell(*parts):
    sys.stdout.write(" ".join(str(part) for part in parts) + "\n")
    sys.stdout.flush()


def whole_program(values, rows, nodes):
    """The whole program given to HiGHS: the value it reaches and the bound it names, in floats."""
    solver = _model(values, rows, whole=True)
    solver.setOptionValue("mip_max_nodes", nodes)
    solver.run()
    info = solver.getInfo()
    return info.objective_function_value, info.mip_dual_bound


def time_choice(count):
    """The choice, greedy and the whole program, for both aims."""
    candidates = make_candidates(count)
    for percent in PERCENTS:
        ceilings = make_ceilings(candidates, percent)
        for aim in Aim:
            choice, seconds = timed(choose_wards, candidates, ceilings, aim)
            greedy_choice, greedy_seconds = timed(greedy, candidates, ceilings)
            tell(f"choice    {count:5} wards, {percent} %, {aim.value:6}: {choice.value} of at most {choice.bound}, {seconds:.2f} s;",
                 f"greedy {worth(greedy_choice, aim)}, {greedy_seconds:.3f} s")  # fmt: skip
            if count < 1000:
                program_result, seconds = timed(whole_program, *rows_of(candidates, ceilings, aim), nodes=2000)
                tell(
                    f"          HiGHS on the whole program: {program_result[0]:.0f} of at most {program_result[1]:.0f}, {seconds:.2f} s"
                )
        floors = floors_of(candidates, "former_district", 1)
        choice, seconds = timed(choose_wards, candidates, ceilings, floors=floors, communes_first=True)
        tell(f"          with {len(floors)} floors and communes first: {choice.value} of at most {choice.bound}, {seconds:.2f} s")


def time_transfers(count):
    """The transfers of one item, and the network simplex of networkx."""
    demand, supply = make_market(count)
    transfers, seconds = timed(propose_transfers, demand, supply, {"A01": 1})
    metres = sum(t.quantity * t.metres for t in transfers)
    tell(f"transfers {count:5} wards: {sum(t.quantity for t in transfers)} machines, {metres} metres, {seconds:.2f} s")
    if count < 1000:
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
