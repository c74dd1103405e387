"""Pages of the plan: parse, call one function, render.

No rule of the domain lives here.
"""
