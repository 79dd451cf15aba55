"""The executor: from requests to one answer."""
