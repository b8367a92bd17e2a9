"""What calls and pages both show, in one wording."""
