"""Pages of the package: scenarios, their rules, their lines, their files, and pictures."""
