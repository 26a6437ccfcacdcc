"""A person in a browser, on the embedded CRM and a real mailbox."""
