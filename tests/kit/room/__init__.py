"""An agent as small as it can be, with everything in it that the kit offers: notes people own."""
