"""Lists come in: from a file of an agency to lines of the registry, by way of an approval."""
