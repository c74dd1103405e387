"""Other ways to the same answers, to hold the choice and the transfers against."""

from collections import Counter
from itertools import chain, combinations, product

import networkx

from planning.funding.allocation import rank_cheapest


def worth(candidates, aim):
    """The sum of the values of some candidates."""
    return sum(aim.value_of(candidate.ward) for candidate in candidates)


def greedy(candidates, ceilings):
    """The cheapest first, as long as every pot has the money."""
    remaining, selection = dict(ceilings), []
    for candidate in rank_cheapest(candidates):
        if all(cost <= remaining.get(pot, cost) for pot, cost in candidate.costs.items()):
            selection.append(candidate)
            for pot, cost in candidate.costs.items():
                if pot in remaining:
                    remaining[pot] -= cost
    return selection


def kept_selections(candidates, ceilings, floors=(), required=(), barred=()):
    """Every selection (years later, by ward code) that keeps ceilings, floors and pins, each ward tried in each of its years."""
    places = [(None, *(range(len(c.costs_by_years)) if c.possible else ())) for c in candidates]
    selections = []
    for taken in product(*places):
        years = {c.ward.code: later for c, later in zip(candidates, taken, strict=True) if later is not None}
        spent = Counter()
        for candidate in candidates:
            if candidate.ward.code in years:
                spent.update(candidate.costs_by_years[years[candidate.ward.code]])
        is_within = all(spent[pot] <= limit for pot, limit in ceilings.items())
        is_fair = all(len(years.keys() & floor.codes) >= floor.at_least for floor in floors)
        if is_within and is_fair and years.keys() >= set(required) and not years.keys() & set(barred):
            selections.append(years)
    return selections


def best_quality(candidates, selections, aim, *, communes_first):
    """The greatest quality of some selections: value, communes where they come first, years of slide and costs below zero."""

    def quality(years):
        funded = [candidate for candidate in candidates if candidate.ward.code in years]
        communes = sum(c.ward.kind == "xa" for c in funded) if communes_first else 0
        cost = sum(sum(c.costs_by_years[years[c.ward.code]].values()) for c in funded)
        return worth(funded, aim), communes, -sum(years.values()), -cost

    return max(map(quality, selections))


def choices_that_keep(demands, places):
    """Every choice of some places that keeps the rows of all demands."""
    sets = chain.from_iterable(combinations(range(places), size) for size in range(places + 1))
    return [chosen for chosen in sets if all(demand.row.is_kept(chosen) for demand in demands)]


def simplex_metres(demand, supply, distance):
    """The least metres at which as much as possible moves, by the network simplex of networkx."""
    metres = distance([part.ward for part in supply], [part.ward for part in demand])
    graph = networkx.DiGraph()
    surplus = sum(part.quantity for part in supply) - sum(part.quantity for part in demand)
    graph.add_node("rest", demand=surplus)
    for i, part in enumerate(supply):
        graph.add_node(("giver", i), demand=-part.quantity)
    for j, part in enumerate(demand):
        graph.add_node(("receiver", j), demand=part.quantity)
    for i in range(len(supply)):
        for j in range(len(demand)):
            graph.add_edge(("giver", i), ("receiver", j), weight=int(metres[i, j]))
    for i in range(len(supply) if surplus > 0 else 0):
        graph.add_edge(("giver", i), "rest", weight=0)
    for j in range(len(demand) if surplus < 0 else 0):
        graph.add_edge("rest", ("receiver", j), weight=0)
    return networkx.network_simplex(graph)[0]
