"""The parts of the form page: cells, sections, the table of a repeat, the section list and the problems list."""
