"""One dumb widget per control: `show_view(view)` shows a value, the signal `answered(object)` tells a committed answer."""
