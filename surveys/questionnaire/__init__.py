"""The questionnaire: the questions as data, the names of their fields, and the evaluation of the entries.

All of it is pure but ``published_questionnaires``, which stores them; answers/ has one file for each kind of answer.
"""
