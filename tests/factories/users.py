"""People with an account."""

PASSWORD = "mot-hai-ba-bon"
