"""Pages of the survey: for wards the submissions, sections, sending and printing; for reviewers the rounds and the review.

A view parses the request, calls one function and renders; no rule of the survey is here.
"""
