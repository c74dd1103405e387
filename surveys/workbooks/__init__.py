"""The survey as Excel files: the form of one ward, the table of the city, the board of a round."""
