"""The language: event types, envelopes, and the rules of phones, traits, tags and identity. Pure."""
