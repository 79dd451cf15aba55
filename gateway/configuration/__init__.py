"""The one settings file of `python -m gateway`: its form, its checks, what it means."""
