"""Sets of subgraphs to compose: broken ones with their codes, random ones; and an oracle."""
