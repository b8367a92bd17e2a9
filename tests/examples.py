"""Example data that tests share. Nobody here is a real person; the numbers are valid for their country."""

GAVIN = "+919967536783"
ASHA = "+919820098200"
RAVI = "+919833098330"
MEERA = "+919811098110"
EMMA = "+447400123456"

PHONES = (GAVIN, ASHA, RAVI, MEERA, EMMA)
USER_IDS = ("0123abc45d", "u-2", "u-3")

GAVIN_CALL = {
    "phoneNumber": "9967536783",
    "countryCode": "+91",
    "traits": {"name": "Gavin Roberts", "email": "gavin.roberts@example.com"},
    "tags": ["new customer"],
}
