"""The test mode: everything the sandbox can do, by plain JSON over HTTP."""
