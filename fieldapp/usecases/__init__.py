"""One function per thing a person does; takes the store and plain values, returns plain values."""
