"""What one ward has on one date: a frozen value with a hash, stored once and never changed.

``snapshot`` and ``holdings`` are values; ``repository`` stores and reads them.
"""
