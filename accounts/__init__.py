"""Who may come in and what they may do: users, the policy on one page, sign-in, and the audit trail.

A view carries one permission; a template asks the same function. Of the domain nothing is known here but codes of wards.
"""
