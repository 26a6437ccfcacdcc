"""Reads the team's mailbox over IMAP and stores its mail."""
