"""The address of imports, a small file, and what is told of an import."""

from tests.examples import ASHA, GAVIN

PATH = "/v1/imports"
FILE = f"Name,Phone,City\nGavin,{GAVIN},Pune\nR2,{ASHA},Goa\n"


def told(client, id):
    return client.read(f"{PATH}/{id}").json
