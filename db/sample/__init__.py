"""Sample data of Baubau: true places and totals, invented people."""
