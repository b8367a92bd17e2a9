"""The bus: an ordered, durable stream of messages on the topic `contacts`, on Kafka or in a SQLite file."""
