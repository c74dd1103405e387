"""What an export says, beside what can be computed again from it: one sentence for each disagreement. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal

from exports.open_data.verification.export import STANDARD, Export
from exports.open_data.verification.findings import Criterion, Finding, conclude, judge, read_criterion
from exports.open_data.verification.measures import Ward, is_known
from exports.open_data.verification.rows import NUMBER, Row

Key = tuple[str, ...]
Values = Mapping[str, object]
Findings = Mapping[Key, Finding]
OF_WARDS = ("facts.csv", "equipment.csv", "connections.csv", "findings.csv", "ratings.csv", "plan_lines.csv")
# What a row of the ratings repeats of the standard.
OF_STANDARD = {"standard": "version", "pass_mark": "pass_mark", "pc_max_age_years": "pc_max_age_years"}


@dataclass(frozen=True)
class Comparison:
    """The disagreements; the criteria that rest on what was left out; and how many findings, results and amounts were computed."""

    disagreements: tuple[str, ...]
    withheld: tuple[str, ...]
    findings: int
    results: int
    amounts: int


def compare(export: Export) -> Comparison:
    """Compute findings, results and amounts again, and set them beside those of the files. Raises ExportError for what cannot be read."""
    tables = export.tables
    criteria = {criterion.code: criterion for criterion in map(read_criterion, export.standard["criteria"])}
    unknown = _find_unknown(export, criteria.values())
    withheld = frozenset() if export.has_security else _find_withheld(export, criteria.values())
    wards = _read_wards(export)
    findings = _judge_all(export, wards, [c for code, c in criteria.items() if code not in unknown and code not in withheld])
    can_conclude = export.has_security and not any(criteria[code].is_counted for code in unknown)
    unconcluded: Values = {} if export.has_security else {"result": None, "score": None}
    results: dict[Key, Values] = (
        _conclude_all(export, wards, criteria.values(), findings)
        if can_conclude
        else {(row["code"],): unconcluded for row in tables["wards.csv"]}
    )
    amounts: dict[Key, Values] = {(row["ward_code"], row["item"]): {"amount": _amount(row)} for row in tables["plan_lines.csv"]}
    checked = [row for row in tables["findings.csv"] if row["criterion"] not in unknown and row["criterion"] not in withheld]
    disagreements = (
        *(_describe_unknown(criteria[code], measure) for code, measure in unknown.items()),
        *_compare_standard(export),
        *_compare("criteria.csv", tables["criteria.csv"], ("code",), {(code,): _columns(c) for code, c in criteria.items()}),
        *_compare("findings.csv", checked, ("ward_code", "criterion"), {key: asdict(finding) for key, finding in findings.items()}),
        *_compare("ratings.csv", tables["ratings.csv"], ("ward_code",), results),
        *_compare("plan_lines.csv", tables["plan_lines.csv"], ("ward_code", "item"), amounts),
        *_find_strays(export),
    )
    return Comparison(disagreements, tuple(sorted(withheld)), len(findings), len(results) if can_conclude else 0, len(amounts))


def _find_unknown(export: Export, criteria: Iterable[Criterion]) -> dict[str, str]:
    """The measure of each criterion that rests on one of which nothing is known."""
    facts = frozenset(row["measure"] for row in export.tables["measures.csv"] if row["kind"] == "fact")
    return {c.code: name for c in criteria for name in (c.per, c.measure) if name and not is_known(name, facts)}


def _describe_unknown(criterion: Criterion, measure: str) -> str:
    rest = ", cũng chưa tính lại được result và score" if criterion.is_counted else ""
    return f"{STANDARD}, {criterion.code}: chưa biết cách tính phép đo “{measure}” nên chưa tính lại được tiêu chí này{rest}."


def _find_withheld(export: Export, criteria: Iterable[Criterion]) -> frozenset[str]:
    """The criteria that rest on what an export without network security leaves out."""
    names = {row["measure"] for row in export.tables["measures.csv"] if row["security"] == "1"}
    return frozenset(
        c.code for c in criteria if c.code.startswith("CR-G") or not names.isdisjoint((c.measure, c.per, c.applies_if))
    )


def _read_wards(export: Export) -> dict[str, Ward]:
    """The wards with data, by code."""
    facts, equipment, lines = (
        _group(export.tables[name], "ward_code") for name in ("facts.csv", "equipment.csv", "connections.csv")
    )
    return {
        row["ward_code"]: Ward(
            {fact["key"]: fact["value"] for fact in facts.get(row["ward_code"], ())},
            _group(equipment.get(row["ward_code"], ()), "item"),
            {
                kind: [line for line in of_kind if not _says_none(line)]
                for kind, of_kind in _group(lines.get(row["ward_code"], ()), "kind").items()
            },
            row.day("rated_on"),
            export.standard["pc_max_age_years"],
        )
        for row in export.tables["ratings.csv"]
        if row["as_of"]
    }


def _group(rows: Iterable[Row], column: str) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[column], []).append(row)
    return groups


def _says_none(line: Row) -> bool:
    """Whether the row says that there is no line of its kind."""
    return not line["provider"] and line.number("contracted_mbps") == 0


def _judge_all(export: Export, wards: Mapping[str, Ward], criteria: Collection[Criterion]) -> dict[Key, Finding]:
    asked = {row["code"] for row in export.tables["criteria.csv"] if row["is_asked"] == "1"}
    return {(code, c.code): judge(c, ward, is_asked=c.code in asked) for code, ward in wards.items() for c in criteria}


def _conclude_all(export: Export, wards: Collection[str], criteria: Collection[Criterion], findings: Findings) -> dict[Key, Values]:
    """Result and score of every ward. A criterion without a finding is recommended or undecided, and enters neither."""
    results: dict[Key, Values] = {}
    for row in export.tables["wards.csv"]:
        statuses = {c: findings[row["code"], c.code].status for c in criteria if (row["code"], c.code) in findings}
        result, score = conclude(statuses, export.standard["pass_mark"]) if row["code"] in wards else ("no_data", None)
        results[row["code"],] = {"result": result, "score": score}
    return results


def _amount(row: Row) -> int:
    """Whole VND of all years, half a đồng of the first rounded up; what is moved from another ward costs nothing."""
    bought = 0 if row["method"] == "transfer" else max(0, row.count("quantity") - row.count("moved"))
    later = sum(int(part.partition(":")[2]) for part in row["later_prices"].split())
    return (bought * row.count("unit_price") * row.count("months") * 2 + 12) // 24 + bought * later


def _columns(criterion: Criterion) -> Values:
    return {name: value for name, value in asdict(criterion).items() if name != "code"}


def _compare_standard(export: Export) -> Iterator[str]:
    """What each row of the ratings repeats: the standard, and the day, which is one for all."""
    rows = export.tables["ratings.csv"]
    [(day, _count)] = Counter(row["rated_on"] for row in rows).most_common(1) or [("", 0)]
    expected: Values = {column: export.standard[key] for column, key in OF_STANDARD.items()}
    for column, value in {**expected, "standard_sha256": export.sha256, "rated_on": day}.items():
        wrong = [row for row in rows if not _is_same(row[column], value)]
        if len(wrong) == len(rows) > 1:
            yield _describe("ratings.csv, mọi đơn vị", wrong[0], {column: value})
        else:
            yield from (_describe(f"ratings.csv, {row['ward_code']}", row, {column: value}) for row in wrong)


def _compare(file: str, rows: Iterable[Row], key: Key, computed: Mapping[Key, Values]) -> Iterator[str]:
    """The rows that differ from what was computed for their key, those that are too many, and those that are missing."""
    left = dict(computed)
    for row in rows:
        parts = tuple(row[column] for column in key)
        place = ", ".join((file, *parts))
        values = left.pop(parts, None)
        if values is None:
            yield f"{place}: dòng thừa hoặc lặp."
            continue
        wrong = {column: value for column, value in values.items() if not _is_same(row[column], value)}
        if wrong:
            yield _describe(place, row, wrong)
    yield from (f"{', '.join((file, *parts))}: thiếu dòng này." for parts in left)


def _find_strays(export: Export) -> Iterator[str]:
    """Rows of units that are not in the list, and answers that stand there twice."""
    wards = {row["code"] for row in export.tables["wards.csv"]}
    for name in OF_WARDS:
        strays = {row["ward_code"]: None for row in export.tables[name] if row["ward_code"] not in wards}
        yield from (f"{name}, {code}: không có đơn vị này trong wards.csv." for code in strays)
    answers = Counter((row["ward_code"], row["key"]) for row in export.tables["facts.csv"])
    yield from (f"facts.csv, {', '.join(answer)}: dòng lặp." for answer, count in answers.items() if count > 1)


def _describe(place: str, row: Row, computed: Values) -> str:
    said = ", ".join(f"{column} {row[column] or 'trống'}" for column in computed)
    again = ", ".join(f"{column} {_show(value) or 'trống'}" for column, value in computed.items())
    return f"{place}: tệp ghi {said}; tính lại là {again}."


def _is_same(cell: str, value: object) -> bool:
    """Whether a cell says a value; numbers are alike whatever their zeros."""
    if isinstance(value, (int, Decimal)):
        return bool(NUMBER.fullmatch(cell)) and Decimal(cell) == value
    return cell == _show(value)


def _show(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "" if value is None else str(int(value) if isinstance(value, bool) else value)
