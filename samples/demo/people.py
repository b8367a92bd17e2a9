"""The people of the demo: made up, the same in every run, with numbers that are valid and nobody's on purpose."""

from random import Random
from typing import Any

FIRST = [
    *("Aarav", "Aditi", "Ananya", "Arjun", "Asha", "Dev", "Diya", "Farah", "Gavin", "Harsh", "Imran", "Isha", "Kabir"),
    *("Kavya", "Kiran", "Leela", "Manish", "Meera", "Neha", "Nikhil", "Pooja", "Priya", "Rahul", "Ravi", "Riya"),
    *("Rohan", "Sana", "Sanjay", "Shreya", "Simran", "Tara", "Tenzin", "Uma", "Varun", "Vikram", "Zoya"),
]
LAST = [
    *("Agarwal", "Bose", "Chopra", "Das", "Desai", "Fernandes", "Gupta", "Iyer", "Jain", "Joshi", "Kapoor", "Khan"),
    *("Kulkarni", "Mehta", "Menon", "Nair", "Patel", "Pillai", "Rao", "Reddy", "Roberts", "Shah", "Sharma"),
    *("Siddiqui", "Singh", "Thomas", "Verma"),
]
CITIES = {
    "Pune": ("Kothrud", "Baner", "Aundh"),
    "Mumbai": ("Bandra", "Andheri", "Dadar"),
    "Bengaluru": ("Indiranagar", "Jayanagar"),
    "Kochi": ("Fort Kochi", "Kakkanad"),
    "Jaipur": ("Bani Park",),
    "Ahmedabad": ("Navrangpura", "Satellite"),
}
PLANS = ("Classic", "Gold", "Gold", "Platinum")


class Town:
    """Everybody the shop could know: `person(n)` is always the same person."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def areas(self, city: str) -> tuple[str, ...]:
        """The parts of a city."""
        return CITIES[city]

    def person(self, number: int) -> dict[str, Any]:
        """A person: national phone, name, city, area, email, birthday, plan and what they spent, in rupees."""
        chance = Random(self._seed * 1_000_003 + number)
        first, last = chance.choice(FIRST), chance.choice(LAST)
        city = chance.choice(list(CITIES))
        return {
            "phone": f"98{20000000 + number * 7919 % 79999999:08d}",
            "name": f"{first} {last}",
            "city": city,
            "area": chance.choice(CITIES[city]),
            "email": f"{first}.{last}{number}@example.com".lower(),
            "opted": chance.random() < 0.7,
            "birthday": f"{chance.randint(1958, 2005)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}",
            "plan": chance.choice(PLANS),
            "spent": chance.randint(3, 400) * 50,
        }
