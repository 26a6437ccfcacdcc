"""What every MyCRM service shares: events, bus, database, settings, runner."""
