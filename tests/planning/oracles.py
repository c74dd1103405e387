"""Other ways to the same answers, to hold the choice and the transfers against."""

import networkx

from planning.funding.allocation import rank_cheapest
from planning.funding.knapsack import Row


def worth(chosen, aim):
    """The sum of the values of some candidates."""
    return sum(aim.value_of(candidate.ward) for candidate in chosen)


def greedy(candidates, ceilings):
    """The cheapest first, as long as every pot has the money."""
    left, taken = dict(ceilings), []
    for candidate in rank_cheapest(candidates):
        if all(cost <= left.get(pot, cost) for pot, cost in candidate.costs.items()):
            taken.append(candidate)
            for pot, cost in candidate.costs.items():
                if pot in left:
                    left[pot] -= cost
    return taken


def rows_of(candidates, ceilings, aim):
    """The values and the rows of the ceilings, as the knapsack takes them."""
    rows = [Row({i: c.costs[pot] for i, c in enumerate(candidates) if pot in c.costs}, limit) for pot, limit in ceilings.items()]
    return [aim.value_of(candidate.ward) for candidate in candidates], rows


def simplex_metres(short, spare, distance):
    """The least metres at which as much as possible moves, by the network simplex of networkx."""
    metres = distance([part.ward for part in spare], [part.ward for part in short])
    graph = networkx.DiGraph()
    rest = sum(part.quantity for part in spare) - sum(part.quantity for part in short)
    graph.add_node("rest", demand=rest)
    for i, part in enumerate(spare):
        graph.add_node(("giver", i), demand=-part.quantity)
    for j, part in enumerate(short):
        graph.add_node(("receiver", j), demand=part.quantity)
    for i in range(len(spare)):
        for j in range(len(short)):
            graph.add_edge(("giver", i), ("receiver", j), weight=int(metres[i, j]))
    for i in range(len(spare) if rest > 0 else 0):
        graph.add_edge(("giver", i), "rest", weight=0)
    for j in range(len(short) if rest < 0 else 0):
        graph.add_edge("rest", ("receiver", j), weight=0)
    return networkx.network_simplex(graph)[0]
