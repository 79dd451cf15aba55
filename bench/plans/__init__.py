"""Supergraphs and operations whose planning is measured."""
