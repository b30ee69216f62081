"""What is said and done: the engine, the conversation, the outbox and the channels."""
