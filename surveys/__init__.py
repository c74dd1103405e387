"""How answers are gathered: rounds, the questionnaire, what an officer typed, and the review that makes it a snapshot."""
