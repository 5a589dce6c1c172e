"""Another program's reader: Python's vobject reads what every profile writes of the samples, and finds the same people.

usage: vobject_reads.py CARDFERRY SAMPLE...
"""

import pathlib
import subprocess
import sys
import tempfile

import vobject

PROFILES = ["standard", "outlook", "apple", "google", "android", "thunderbird"]
# The profile of vCard 2.1, which vobject reads by the rules of 3.0: commas separate, backslashes escape.
OLD = "outlook"


def comparable(value, profile):
    """A value with its line ends as 3.0 has them; none where vobject cannot read it in 2.1, or 2.1 has no lists."""
    if profile != OLD:
        return value
    split = any(isinstance(part, list) or "," in part or "\\" in part for part in value)
    return None if split else [part.replace("\r\n", "\n") for part in value]


def people(path):
    """What a person would look at in each card."""
    found = []
    for card in vobject.readComponents(path.read_bytes().decode("utf-8"), allowQP=True):
        values = lambda name: [line.value for line in card.contents.get(name, [])]
        # 4.0 need not have an N.
        name = card.n.value if "n" in card.contents else vobject.vcard.Name()
        found.append({
            # 4.0 has translations of a name beside it.
            "full name": values("fn")[:1],
            "name": [name.prefix, name.given, name.additional, name.family, name.suffix],
            "mails": values("email"),
            # In 4.0 numbers may be links, with their extensions in the link's form.
            "phones": [value.removeprefix("tel:").replace(";ext=", " ext. ") for value in values("tel")],
            "streets": [address.street for address in values("adr")],
            "notes": [value.replace("\r\n", "\n") for value in values("note")],
            "companies": [value[0] for value in values("org")],
        })
    return found


def main(program, samples):
    trouble = 0
    for sample in samples:
        expected = None
        for profile in PROFILES:
            with tempfile.TemporaryDirectory() as directory:
                out = pathlib.Path(directory) / "out.vcf"
                subprocess.run([program, "convert", sample, "-o", out, "-q", "--profile", profile], check=True)
                found = people(out)
            expected = expected or found
            assert expected and all(card["full name"][0] for card in expected), f"{sample}: not a name is found"
            if len(found) != len(expected):
                print(f"{sample}, {profile}: {len(found)} cards in place of {len(expected)}")
                trouble += 1
            for number, (was, should) in enumerate(zip(found, expected), 1):
                for key in should:
                    wanted = comparable(should[key], profile)
                    if wanted is None or comparable(was[key], profile) == wanted:
                        continue
                    print(f"{sample}, {profile}, card {number}: {key}: {was[key]!r} in place of {should[key]!r}")
                    trouble += 1
    print(f"{len(samples)} samples in {len(PROFILES)} profiles: {trouble} differences")
    return trouble > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
