"""The way of a plan to its money: states, decisions and what they give, what the wards request, what is still to be done and by when.

Values and rules are pure; what is stored goes through ``decisions.py`` and ``requests.py``.
"""
