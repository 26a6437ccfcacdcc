"""The commands of `mycrm`, one file per noun."""
