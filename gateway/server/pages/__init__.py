"""Sources of the pages that are built with Node, and what builds them."""
