"""The archive: what is on paper, how it is drawn, and how it is verified."""
