"""Who runs the survey and signs what comes of it: the agencies, the signatories, whom to ask, and the day by which the city wants to be ready.

What the city changes here is kept version after version; where nobody has changed anything the environment's settings hold.
"""
