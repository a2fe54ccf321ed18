"""The only floor with Qt: what a person sees."""
