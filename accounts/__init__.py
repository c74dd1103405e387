"""Who may come in and what they may do: users, the policy on one page, sign-in, and the audit trail."""
