"""What kills, cuts and fills: nothing may be lost, and nothing may happen twice."""
