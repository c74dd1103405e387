"""Real boundaries, which are data of the city: read from GeoJSON or TopoJSON, simplified, stored in versions.

Nothing of them is shipped with the project.
"""
