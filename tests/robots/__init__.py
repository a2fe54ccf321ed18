"""One page object a screen: tests say what a person does, robots know which widget that is."""
