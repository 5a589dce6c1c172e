"""Another program's client: Python's O365 library works with the sandbox's address book, told nothing but its address.

usage: o365_works.py CARDFERRY
"""

import base64
import contextlib
import logging
import pathlib
import re
import subprocess
import sys
import tempfile

from O365 import Account, MSGraphProtocol, Protocol
from O365.address_book import ContactFolder
from O365.utils.casing import to_pascal_case
from O365.utils.token import MemoryTokenBackend

# One grey pixel as JPEG.
PICTURE = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgy"
    "PC4zNDL/wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AKp//2Q=="
)


def main(program):
    # Of the photo that is not there yet it says so itself.
    logging.getLogger("O365").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as room, sandbox(program, pathlib.Path(room) / "store.db") as url:
        outlook = Protocol(protocol_url=f"{url}/api/", api_version="v2.0", casing_function=pascal)
        for protocol in [graph(url), outlook]:
            book = account(protocol).address_book()
            contacts(book)
            pages(book)
            questions(book)
            photo(book)
            for contact in list(book.get_contacts(limit=None)):
                assert contact.delete()
        # v2.0 has no changing of folders.
        folders(account(graph(url)).address_book())
    print("O365 lists, creates, updates, deletes, searches, makes folders and sets photos in the sandbox")


@contextlib.contextmanager
def sandbox(program, store):
    command = [program, "sandbox", "serve", "--port", "0", "--sandbox-store", store]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        try:
            for line in server.stdout:
                if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                    break
            yield found.group()
        finally:
            server.terminate()


def graph(url):
    class Sandbox(MSGraphProtocol):
        _protocol_url = f"{url}/"

    return Sandbox()


def pascal(name):
    # The one property that v2.0 names otherwise.
    return "MobilePhone1" if name == "mobilePhone" else to_pascal_case(name)


def account(protocol):
    account = Account(("client", "secret"), protocol=protocol, token_backend=MemoryTokenBackend(), requests_delay=0)
    # Signing in is another matter: any token will do.
    account.con.session = account.con.get_session()
    account.con.session.headers["Authorization"] = "Bearer any"
    return account


def contacts(book):
    contact = book.new_contact()
    contact.name, contact.surname, contact.job_title = "Pavel", "Bansky", "Ferryman"
    contact.emails.add([("Pavel", "pavel@contoso.example"), ("", "p.b@fabrikam.example")])
    contact.mobile_phone = "+1 732 555 0102"
    contact.business_phones = ("+1 732 555 0111",)
    address = {"street": "1 Main St", "city": "Redmond", "postalCode": "98052"}
    address = {book.protocol.convert_case(part): text for part, text in address.items()}
    contact.home_address = address
    contact.categories = ["Blue"]
    contact.personal_notes = "Ünïcödé\nin two lines"
    assert contact.save() and contact.object_id
    (read,) = book.get_contacts()
    assert read.object_id == contact.object_id
    assert (read.display_name, read.full_name) == ("Pavel Bansky", "Pavel Bansky"), read
    assert [email.address for email in read.emails] == ["pavel@contoso.example", "p.b@fabrikam.example"]
    assert read.home_address == address, read.home_address
    assert (read.mobile_phone, read.business_phones) == ("+1 732 555 0102", ["+1 732 555 0111"])
    assert (read.categories, read.personal_notes) == (["Blue"], "Ünïcödé\nin two lines")
    assert read.created == contact.created and read.folder_id
    read.surname, read.title = "Bansky-Smith", "Dr"
    assert read.save()
    (again,) = book.get_contacts()
    assert (again.display_name, again.title, again.job_title) == ("Pavel Bansky-Smith", "Dr", "Ferryman")
    assert again.delete()
    assert list(book.get_contacts()) == []


def pages(book):
    for number in range(45):
        contact = book.new_contact()
        contact.name, contact.surname = f"Number {number:02}", "Paged"
        contact.emails.add(f"n{number}@paged.example")
        assert contact.save()
    assert len(list(book.get_contacts(limit=10))) == 10
    names = [contact.name for contact in book.get_contacts(limit=40, batch=7)]
    assert names == [f"Number {number:02}" for number in range(40)], names
    assert len(list(book.get_contacts(limit=None))) == 45


def questions(book):
    q = book.q()
    assert by_email(book, "N7@paged.example").name == "Number 07"
    assert by_email(book, "nobody@paged.example") is None
    assert len(list(book.get_contacts(query=q.startswith("given_name", "Number 1")))) == 10
    late = q.chain_and(q.equals("surname", "Paged"), q.greater("given_name", "Number 41"))
    order = "{},{} desc".format(*map(book.protocol.convert_case, ["surname", "given_name"]))
    names = [contact.name for contact in book.get_contacts(query=late, order_by=order)]
    assert names == ["Number 44", "Number 43", "Number 42"], names
    either = q.chain_or(q.contains("given_name", "r 2"), q.negate(q.group(q.startswith("surname", "P"))), group=True)
    assert len(list(book.get_contacts(query=either))) == 10
    chosen = q.select("given_name") & q.unequal("given_name", "Number 00")
    found = list(book.get_contacts(limit=5, query=chosen))
    assert [contact.name for contact in found] == [f"Number {number:02}" for number in range(1, 6)]
    assert not any(contact.surname for contact in found)


def by_email(book, email):
    # The library's own get_contact_by_email calls its query builder as it was before 2.1.
    q = book.q()
    query = q.any(collection="email_addresses", filter_instance=q.equals("address", email))
    return next(iter(book.get_contacts(limit=1, query=query)), None)


def photo(book):
    contact = by_email(book, "n1@paged.example")
    assert not contact.get_profile_photo()
    assert contact.update_profile_photo(PICTURE)
    assert contact.get_profile_photo() == PICTURE


def folders(book):
    assert book.get_folders() == []
    customers = below(book, book.create_child_folder("Customers"))
    assert [folder.name for folder in book.get_folders()] == ["Customers"]
    assert book.get_folder(folder_name="Customers") == customers == book.get_folder(folder_id=customers.folder_id)
    nested = customers.create_child_folder("Nested")
    assert nested.parent_id == customers.folder_id
    assert [folder.name for folder in customers.get_folders()] == ["Nested"]
    assert nested.update_folder_name("Renamed") and nested.name == "Renamed"
    other = below(book, book.create_child_folder("Other"))
    assert nested.move_folder(other) and customers.get_folders() == [] and other.get_folders() == [nested]
    assert list(other.get_contacts()) == []
    assert other.delete() and [folder.name for folder in book.get_folders()] == ["Customers"]


def below(book, folder):
    # What an address book makes takes itself for the address book.
    known = {"id": folder.folder_id, "displayName": folder.name, "parentFolderId": folder.parent_id}
    return ContactFolder(parent=book, **{book._cloud_data_key: known})


if __name__ == "__main__":
    main(*sys.argv[1:])
