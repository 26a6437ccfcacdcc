"""What every test may use: real servers on demand, and the line that says which ones ran."""

pytest_plugins = ["tests.support.servers", "tests.support.failures", "tests.support.fixtures"]
