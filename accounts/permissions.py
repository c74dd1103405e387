"""The whole policy on one page: who may do what, and on which wards. Pure.

A permission is ``<scope>:<subject>:<action>``. A person acts for the city, or for the wards named beside the account.

What would help an attacker (network security, group G, with the PCs for secret documents) is one rule at every door, ``may_see_security``:

- An officer and a head of a ward see all of their own ward. Of other wards, and of the city, only holders of
  ``readiness:security:read`` do, within their scope.
- Who pays sees item, quantity and price of each line of a plan, in its pages and files. The criterion, what is needed, what the ward has
  and whether the criterion is met are blank there without that right.
- Everything else of the group is refused without it: a page is not found, a list leaves it out, a sentence does not count it.
- A file holds what whoever downloads it may see. The audit trail holds none of it.

Result and score are those of the whole ward for everybody. Blanks are made by ``scoring.rating.redaction``,
``planning.plan.redaction`` and ``inventory.security`` before a page or a file is written.
"""

from enum import StrEnum

from accounts.identity import Identity, Role


class Permission(StrEnum):
    """What can be permitted, in alphabetical order."""

    ACCOUNT_OWN = "account:own:use"
    ACTION_ASSIGN = "action:any:assign"
    ACTION_READ = "action:any:read"
    ACTION_REPORT = "action:own:report"
    AUDIT_READ = "audit:trail:read"
    BOUNDARY_MANAGE = "boundary:map:manage"
    INVENTORY_READ = "inventory:approved:read"
    OFFICE_MANAGE = "office:details:manage"
    PLAN_CHECK = "plan:scenario:check"
    PLAN_DOWNLOAD = "plan:files:download"
    PLAN_EDIT = "plan:scenario:edit"
    PLAN_READ = "plan:summary:read"
    PLAN_RECORD_DECISION = "plan:scenario:record-decision"
    PLAN_SUBMIT = "plan:scenario:submit"
    PRICE_EDIT = "price:list:edit"
    READINESS_READ = "readiness:city:read"
    READINESS_SECURITY = "readiness:security:read"
    ROUND_MANAGE = "round:round:manage"
    STANDARD_EDIT = "standard:draft:edit"
    STANDARD_PUBLISH = "standard:draft:publish"
    STANDARD_STUDY = "standard:effect:read"
    SUBMISSION_COMMENT = "submission:any:comment"
    SUBMISSION_CONFIRM = "submission:draft:confirm"
    SUBMISSION_FILL = "submission:draft:fill"
    SUBMISSION_PRINT_SENSITIVE = "submission:sensitive:print"
    SUBMISSION_READ = "submission:any:read"
    SUBMISSION_REVIEW = "submission:sent:review"
    SYSTEM_MANAGE = "system:state:manage"
    USERS_MANAGE = "users:account:manage"

    @property
    def is_reading(self) -> bool:
        """Whether it lets a person only see things. No view that is sent to carries such a one."""
        return self.value.rpartition(":")[2] in ("read", "download")


P = Permission

POLICY: dict[Role, frozenset[Permission]] = {
    Role.OFFICER: frozenset(
        {
            P.ACCOUNT_OWN,
            P.SUBMISSION_READ,
            P.SUBMISSION_COMMENT,
            P.SUBMISSION_PRINT_SENSITIVE,
            P.SUBMISSION_FILL,
            P.READINESS_READ,
            P.INVENTORY_READ,
            P.ACTION_READ,
            P.ACTION_REPORT,
        }
    ),
    Role.WARD_HEAD: frozenset(
        {
            P.ACCOUNT_OWN,
            P.SUBMISSION_READ,
            P.SUBMISSION_COMMENT,
            P.SUBMISSION_PRINT_SENSITIVE,
            P.SUBMISSION_CONFIRM,
            P.READINESS_READ,
            P.INVENTORY_READ,
            P.ACTION_READ,
            P.ACTION_REPORT,
        }
    ),
    Role.REVIEWER: frozenset(
        {
            P.ACCOUNT_OWN,
            P.SUBMISSION_READ,
            P.SUBMISSION_COMMENT,
            P.SUBMISSION_PRINT_SENSITIVE,
            P.SUBMISSION_REVIEW,
            P.ROUND_MANAGE,
            P.READINESS_READ,
            P.READINESS_SECURITY,
            P.INVENTORY_READ,
            P.PLAN_READ,
            P.STANDARD_EDIT,
            P.STANDARD_PUBLISH,
            P.STANDARD_STUDY,
            P.ACTION_READ,
            P.ACTION_ASSIGN,
            P.ACTION_REPORT,
        }
    ),
    Role.PLANNER: frozenset(
        {
            P.ACCOUNT_OWN,
            P.READINESS_READ,
            P.INVENTORY_READ,
            P.PLAN_READ,
            P.PLAN_EDIT,
            P.PLAN_CHECK,
            P.PLAN_SUBMIT,
            P.PLAN_RECORD_DECISION,
            P.PLAN_DOWNLOAD,
            P.PRICE_EDIT,
            P.ACTION_READ,
            P.ACTION_REPORT,
        }
    ),
    Role.LEADER: frozenset(
        {
            P.ACCOUNT_OWN,
            P.READINESS_READ,
            P.READINESS_SECURITY,
            P.INVENTORY_READ,
            P.PLAN_READ,
            P.STANDARD_STUDY,
            P.ACTION_READ,
            P.ACTION_ASSIGN,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {P.ACCOUNT_OWN, P.USERS_MANAGE, P.AUDIT_READ, P.BOUNDARY_MANAGE, P.OFFICE_MANAGE, P.SYSTEM_MANAGE}
    ),
}


# What is done or told of all wards at once: only for whoever answers for all of them.
FOR_THE_CITY = frozenset({P.PLAN_READ, P.ROUND_MANAGE, P.STANDARD_EDIT, P.STANDARD_PUBLISH})


def may(identity: Identity, permission: Permission, ward_code: str | None = None) -> bool:
    """Whether a person may do this, on this ward where one is named."""
    if permission not in POLICY[identity.role] or (permission in FOR_THE_CITY and identity.wards is not None):
        return False
    return ward_code is None or identity.covers(ward_code)


def sees_security_within_scope(role: Role) -> bool:
    """Whether people of this role may see network security of the wards that they cover, and so be handed what is to be done about it."""
    return role.is_of_ward or P.READINESS_SECURITY in POLICY[role]


def may_see_security(identity: Identity, ward_code: str | None = None) -> bool:
    """Whether a person may see what a ward answers about network security, and what comes of it; without a ward, those of the city."""
    if identity.role.is_of_ward:
        return ward_code is not None and may(identity, P.READINESS_READ, ward_code)
    return may(identity, P.READINESS_SECURITY, ward_code) and (ward_code is not None or identity.wards is None)
