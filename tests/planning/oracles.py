"""Other ways to the same answers, to hold the choice and the transfers against."""

import networkx

from planning.funding.allocation import rank_cheapest
from planning.funding.knapsack import Row


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


def rows_of(candidates, ceilings, aim):
    """The values and the rows of the ceilings, as the knapsack takes them."""
    rows = [Row({i: c.costs[pot] for i, c in enumerate(candidates) if pot in c.costs}, limit) for pot, limit in ceilings.items()]
    return [aim.value_of(candidate.ward) for candidate in candidates], rows


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
