"""What the API's descriptions say: shapes, examples, OpenAPI and AsyncAPI."""
