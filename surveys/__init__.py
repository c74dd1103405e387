"""How answers are collected: rounds, the questionnaire, the submissions of the wards, and the review.

An approved submission becomes a snapshot of the inventory; nothing else of a survey is known elsewhere.
"""
