"""What a ward or the city has to do, with the six clarities: assigned, reported, reminded of, and done.

``action`` and ``suggestions`` are pure; ``register`` stores.
"""
