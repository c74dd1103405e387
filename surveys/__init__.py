"""How answers are collected: rounds, the questionnaire, the submissions of the wards, and the review that makes them snapshots."""
