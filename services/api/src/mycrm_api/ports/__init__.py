"""What use cases need from outside, by noun. The modules of `store` and the classes of `adapters` fulfil these."""
