"""Sets of subgraphs that do not compose, each with the errors that it must give."""
