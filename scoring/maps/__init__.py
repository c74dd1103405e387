"""The readiness map: where each ward is drawn, in which colour, and who may see that colouring."""
