"""The readiness map: where each ward is drawn, in which colour, and who may see that colouring.

Layouts and colourings are pure; ``page`` gathers what the templates of the map read, on any page.
"""
