"""Who can be asked about addresses: one file each, blind to each other."""
