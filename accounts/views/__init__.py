"""Pages of people: sign-in, one's own account, all accounts, the audit trail. One blueprint, complete once its files are imported."""
