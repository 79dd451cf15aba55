"""The published specifications that federation builds on: links, directives, field sets, join."""
