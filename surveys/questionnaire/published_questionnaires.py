"""Published questionnaires: stored as their TOML text with its hash, never changed after. Files are only how shipped ones arrive."""

from dataclasses import replace
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.security import CONFIDENTIAL_PC
from portal.clock import now
from portal.errors import NotFoundError
from portal.settings import asks_about_secret_pcs
from surveys.models import QuestionnaireRecord, Round
from surveys.questionnaire.answers.kinds import kind_of
from surveys.questionnaire.carry_over import Origin, find_origins
from surveys.questionnaire.questionnaire_text import QuestionnaireError, check_carry_over, parse_questionnaire
from surveys.questionnaire.questions import Questionnaire

# The text of a published version never changes, so it is parsed once.
_parse = lru_cache(maxsize=32)(parse_questionnaire)


@lru_cache(maxsize=32)
def _parse_without_secret_pcs(text: str) -> Questionnaire:
    return _parse(text).without(CONFIDENTIAL_PC)


def get_record(session: Session, version: str) -> QuestionnaireRecord:
    """The row of a published version. Raises NotFoundError."""
    record = session.get(QuestionnaireRecord, version)
    if record is None:
        raise NotFoundError(f"Không có mẫu phiếu “{version}”.")
    return record


def load_questionnaire(session: Session, version: str) -> Questionnaire:
    """A questionnaire as it was published, by its version. Raises NotFoundError."""
    return _parse(get_record(session, version).toml)


def published_questionnaire(round: Round) -> Questionnaire:
    """The questionnaire of a round as it was published: what a setting leaves out keeps its label in it."""
    return _parse(round.questionnaire.toml)


def questionnaire_of(round: Round) -> Questionnaire:
    """The questions that a round asks: those of its questionnaire, less what a setting leaves out."""
    return as_asked(round.questionnaire)


def as_asked(record: QuestionnaireRecord) -> Questionnaire:
    """A published questionnaire, less what a setting leaves out."""
    return _parse(record.toml) if asks_about_secret_pcs() else _parse_without_secret_pcs(record.toml)


def list_questionnaires(session: Session) -> list[QuestionnaireRecord]:
    """All published versions, newest first."""
    newest = QuestionnaireRecord.published_at.desc(), QuestionnaireRecord.version.desc()
    return list(session.scalars(select(QuestionnaireRecord).order_by(*newest)))


def label_questions(session: Session) -> dict[str, tuple[str, str, str]]:
    """Section, label and unit of every question that was ever published, in the words and the order of the newest version that has it."""
    labels: dict[str, tuple[str, str, str]] = {}
    for record in list_questionnaires(session):
        for section in _parse(record.toml).sections:
            for question in section.questions:
                labels.setdefault(question.key, (section.title, question.label, question.unit))
    return labels


def questions_about_ends(session: Session) -> frozenset[str]:
    """The keys of the questions that ever asked on which day something ends."""
    questions = (question for record in list_questionnaires(session) for question in _parse(record.toml).questions)
    return frozenset(question.key for question in questions if kind_of(question).is_end)


def newest_version(session: Session) -> str:
    """The version that a new round asks by unless another one is chosen. Raises NotFoundError while there is none."""
    newest = list_questionnaires(session)
    if not newest:
        raise NotFoundError("Chưa có mẫu phiếu nào. Chạy lệnh “flask --app wsgi setup” để nạp mẫu phiếu kèm chương trình.")
    return newest[0].version


def origins_between(session: Session, first: str, last: str) -> dict[str, Origin]:
    """By the key of a question of one version: the question of another, older or newer, that gives its answers."""
    if not comes_after(session, first, last):
        return find_origins(_load_lineage(session, first, last))
    newer = load_questionnaire(session, first).by_key
    forward = find_origins(_load_lineage(session, last, first))
    return {origin.question.key: replace(origin, question=newer[key]) for key, origin in forward.items()}


def comes_after(session: Session, version: str, other: str) -> bool:
    """Whether a version follows another one, directly or with more in between."""
    lineage = _load_lineage(session, other, version)
    return len(lineage) > 1 and all(after.follows == before.version for before, after in pairwise(lineage))


def _load_lineage(session: Session, first: str, last: str) -> list[Questionnaire]:
    """The versions that lead from one to another, both included. Where the last does not follow the first there is nothing in between."""
    versions = [load_questionnaire(session, last)]
    while versions[0].version != first and versions[0].follows:
        versions.insert(0, load_questionnaire(session, versions[0].follows))
    return versions if versions[0].version == first else [load_questionnaire(session, first), versions[-1]]


def publish_questionnaire(session: Session, text: str) -> Questionnaire:
    """Publish a text as a version that never changes. Raises QuestionnaireError where it cannot be."""
    questionnaire = parse_questionnaire(text)
    if session.get(QuestionnaireRecord, questionnaire.version) is not None:
        raise QuestionnaireError(f"Đã công bố mẫu phiếu “{questionnaire.version}”. Đặt số phiên bản khác.")
    if questionnaire.follows:
        if session.get(QuestionnaireRecord, questionnaire.follows) is None:
            raise QuestionnaireError(f"Mẫu phiếu trước đó “{questionnaire.follows}” chưa được công bố. Sửa mục “follows”.")
        check_carry_over(questionnaire, load_questionnaire(session, questionnaire.follows))
    record = QuestionnaireRecord(version=questionnaire.version, toml=text, sha256=questionnaire.sha256, published_at=now())
    session.add(record)
    session.flush()
    return questionnaire


def publish_shipped(session: Session) -> str | None:
    """Publish the questionnaires that come with the program and are not there yet, each after the one that it follows.

    Gives what is to be told: what an upgrade brought, or which could not be published beside what the city has published.
    """
    is_new = session.scalars(select(QuestionnaireRecord.version).limit(1)).first() is None
    return "\n".join(line for text in shipped_texts() if (line := _publish_shipped(session, text, is_new=is_new))) or None


def _publish_shipped(session: Session, text: str, *, is_new: bool) -> str | None:
    shipped = parse_questionnaire(text)
    there = session.get(QuestionnaireRecord, shipped.version)
    if there is not None and there.sha256 == shipped.sha256:
        return None
    try:
        if there is not None:
            raise QuestionnaireError(f"đã công bố một mẫu phiếu khác cùng phiên bản “{there.version}”.")
        publish_questionnaire(session, text)
    except QuestionnaireError as error:
        # The city has published another one under its version, or under the one that it follows.
        return (
            f"Chưa nạp mẫu phiếu {shipped.version} đi kèm hệ thống: {error.message} Muốn dùng mẫu đi kèm thì đổi “version” và “follows” "
            "trong một bản sao của tệp ấy, rồi chạy lệnh “surveys publish-questionnaire”."
        )
    if is_new:
        return None
    return f"Có thêm mẫu phiếu {shipped.version}. Đợt đang mở giữ mẫu của mình; đợt mở sau chọn được mẫu này."


def is_shipped(record: QuestionnaireRecord) -> bool:
    """Whether a published version came with the program; else the city has published it."""
    return record.sha256 in {_parse(text).sha256 for text in shipped_texts()}


def shipped_texts() -> list[str]:
    """The texts that come with the program, each after the one that it follows."""
    found = [path.read_text("utf-8") for path in (files("surveys") / "data").iterdir() if path.name.endswith(".toml")]
    versions = {parsed.version: parsed for parsed in map(parse_questionnaire, found)}

    def generation(text: str) -> tuple[int, str]:
        version, steps = parse_questionnaire(text), 0
        while version.follows in versions:
            version, steps = versions[version.follows], steps + 1
        return steps, parse_questionnaire(text).version

    return sorted(found, key=generation)
