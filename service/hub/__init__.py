"""The contact hub in the browser: pages over the same services as the API, in process, never over HTTP."""
