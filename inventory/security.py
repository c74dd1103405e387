"""What would help an attacker among the answers of a ward: group G, network security, and the PCs for secret documents. Pure."""

from dataclasses import replace

from inventory.snapshots.snapshot import Snapshot

SECURITY_GROUP = "G"
# The questions of the group that ask for no item. A questionnaire that does not mark the same ones as sensitive is not published.
SECURITY_FACTS = frozenset(
    {
        *("pcs_protected", "level_file_approved", "security_rules_issued", "mfa_enabled", "backup_tested", "scan_last_year"),
        "main_firewall_until",
    }
)
# Máy tính độc lập soạn thảo văn bản mật: a setting keeps it from being asked about.
CONFIDENTIAL_PC = "G06"


def is_sensitive_item(code: str) -> bool:
    """Whether an item of this code, or a group of this letter, belongs to network security."""
    return code.startswith(SECURITY_GROUP)


def is_sensitive_answer(key: str) -> bool:
    """Whether the answer to this question would help an attacker: a key of the form, or of a snapshot."""
    return key in SECURITY_FACTS or is_sensitive_item(key)


def open_part(snapshot: Snapshot) -> Snapshot:
    """The snapshot without its sensitive answers, as if nobody had asked for them."""
    return replace(
        snapshot,
        facts={key: fact for key, fact in snapshot.facts.items() if not is_sensitive_answer(key)},
        lots=tuple(lot for lot in snapshot.lots if not is_sensitive_item(lot.item)),
        answered_items=frozenset(item for item in snapshot.answered_items if not is_sensitive_item(item)),
    )
