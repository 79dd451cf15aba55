"""`python -m gateway`: a gateway for anybody's subgraphs, that follows its supergraph file."""
