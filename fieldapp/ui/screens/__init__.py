"""The screens: unlock, roster, interview, archive, exchange."""
