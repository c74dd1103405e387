"""What a ward has once a list of remedies is bought, written the plain slow way: unit by unit, without the choice behind the list."""

from dataclasses import replace

from inventory.snapshots.snapshot import Connection, ConnectionKind, EquipmentLot, Fact, Owner

NEW_PC = ("pc_supported_os", "pc_memory_ssd")
OF_ALL_PCS = (*NEW_PC, "licensed_pcs", "pcs_protected")


def buy(rating, lines, withdrawals):
    """The snapshot after the purchase: PCs go oldest first, of what is known of all PCs there is never more than PCs."""
    snapshot, standard = rating.snapshot, rating.standard
    facts = {key: fact.value for key, fact in snapshot.facts.items()}
    had_pcs = len(pcs_of(snapshot.lots))
    gone = sum(number for line in lines for _reason, number in line.replaced) + sum(w.quantity for w in withdrawals)
    lots = list(snapshot.lots)
    for _ in range(gone):
        place = min(
            (place for place, lot in enumerate(lots) if is_pc(lot) and lot.working and lot.year != rating.on.year),
            key=lambda place: (lots[place].year or 0, lots[place].item),
        )
        lots[place] = without_one(lots[place])
    connections = list(snapshot.connections)
    for line in lines:
        rule = standard.criterion(line.criterion).remedy
        if rule.line:
            provider = "khác hẳn" if rule.line == "backup" else ""
            mbps = 200 if rule.line == "tslcd" else 300
            connections += [Connection(ConnectionKind(rule.line), provider, mbps)] * line.quantity
        else:
            lots.append(EquipmentLot(line.item, good=line.quantity, year=rating.on.year))
        if line.item in ("A01", "A02"):
            for key in NEW_PC:
                if key in facts or not had_pcs:
                    facts[key] = facts.get(key, 0) + line.quantity
        for key in ("pc_supported_os", "licensed_pcs") if line.upgrades else ():
            if key in facts:
                facts[key] += line.upgrades
    if gone or any(line.item in ("A01", "A02") or line.upgrades for line in lines):
        facts |= {key: min(facts[key], len(pcs_of(lots))) for key in OF_ALL_PCS if key in facts}
    mended = {line.criterion: line.quantity for line in lines if not line.upgrades}
    for code, quantity in mended.items():
        rule = standard.criterion(code).remedy
        facts |= {key: (facts.get(key) or 0) + quantity for key in rule.raises} | dict.fromkeys(rule.sets, True)
    return replace(
        snapshot,
        facts={key: Fact(key, value) for key, value in facts.items()},
        lots=tuple(lots),
        connections=tuple(connections),
        answered_items=snapshot.answered_items | {line.item for line in lines},
    )


def is_pc(lot):
    return lot.item in ("A01", "A02") and lot.owner is not Owner.CITY_CENTRE


def pcs_of(lots):
    return [lot.year for lot in lots if is_pc(lot) for _ in range(lot.working)]


def without_one(lot):
    condition = next(name for name in ("degraded", "good", "unused") if getattr(lot, name))
    return replace(lot, **{condition: getattr(lot, condition) - 1})
