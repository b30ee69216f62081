"""What the service can do: a file a capability, all of one shape."""
