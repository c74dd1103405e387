"""Landed states: what databases of older versions held, as text of SQL, for each later version to upgrade.

``python -m tests.landed_states.record`` adds those of this version. Recorded once, a file is never made anew: nobody has the old program.
"""
