"""A GraphQL federation gateway: composes subgraphs, plans operations, executes plans.

Knows nothing of commerce and imports none of the platform's other packages.
"""
