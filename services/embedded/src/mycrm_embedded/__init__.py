"""All services in one process, and the mycrm command."""
