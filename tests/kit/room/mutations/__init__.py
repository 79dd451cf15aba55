"""What changes notes, each mutation beside its input."""
