"""The bus with a broker: a relay brings the log to Kafka, from where each process reads it.

Kafka is the way, the log the truth: how far a consumer is stands in PostgreSQL, and whatever a
broker loses is read from the log.
"""
