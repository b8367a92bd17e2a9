"""`python -m service` is the command `contacts`."""

from service.cli.main import main

main()
