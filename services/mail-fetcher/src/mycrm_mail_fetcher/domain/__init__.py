"""The rules of reading a mailbox: pure functions over bytes and values, no I/O, no clock."""
