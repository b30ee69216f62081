"""What officers do from chat."""
