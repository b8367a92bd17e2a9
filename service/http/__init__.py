"""What calls and pages share: who calls, how much, whose body, which fault."""
