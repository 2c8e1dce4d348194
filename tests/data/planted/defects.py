"""Planted defects; `bad:` names what must be found on its line, and nothing else may be."""

import asyncio
import calendar  # bad: F401
import hashlib
import json
import math
import os
import pickle
import subprocess
import sys
import time


def collect(item, into=[]):  # bad: B006
    into.append(item)
    return into


def show(items=[]):  # bad: B006
    return len(items)


def fresh(item, into=None):
    into = into if into is not None else []
    into.append(item)
    return into


def is_zero(value):
    return value is 0  # bad: F632


def misspelt(value):
    return valeu + 1  # bad: F821


def not_a_number(value):
    return value == math.nan or value == float("nan")  # bad: PLW0177, PLW0177


def late():
    return [lambda: index for index in range(3)]  # bad: B023


def at_once():
    return [sorted([3, 1], key=lambda value: value * index)[0] for index in range(3)]


def finally_returns():
    try:
        risky()
    finally:
        return None  # bad: B012


def risky():
    raise NotImplemented  # bad: F901


def forgotten(value):
    if value < 0:
        ValueError("negative")  # bad: PLW0133
    return value


def formats(name):
    return "%s is %s" % (name,)  # bad: F507


def twice():
    return 1


def twice():  # bad: F811
    return {"a": 1, "b": 2, "a": 3}  # bad: F601


async def fire_and_forget():
    asyncio.create_task(asyncio.sleep(1))  # bad: RUF006


async def keeps_task(tasks):
    tasks.add(asyncio.create_task(asyncio.sleep(1)))


async def blocks():
    time.sleep(1)  # bad: ASYNC251


def leaks(path):
    return open(path).read()  # bad: py-unclosed-file


def leaks_to_a_reader(path):
    return json.load(open(path))  # bad: py-unclosed-file


def leaks_to_a_reader_with_a_name(path):
    found = json.load(open(path))  # bad: SIM115
    return found


def stops_early(path):
    if path:
        return (
            path
        )
        # next bad: py-unreachable-code
        print(path)
    raise ValueError(path)

    path.clear()  # bad: py-unreachable-code


def is_an_empty_generator():
    return
    yield


def jumps_in_branches(path):
    if path:
        return 1
    elif path is None:
        return 2
    else:
        return """
a text
"""


def leaks_a_name(path):
    file = open(path)  # bad: SIM115
    return file.read()


def hands_on(path):
    file = open(path)
    return file


def reads(path):
    with open(path) as file:
        return file.read()


def lists_folder(name):
    subprocess.run(f"ls {name}", shell=True)  # bad: S602
    subprocess.run("ls", shell=True)
    subprocess.run(["ls", name])


def asks():
    return eval(input())  # bad: S307


def calculates():
    return eval("1 + 1")


def finds(cursor, name):
    cursor.execute(f"SELECT * FROM people WHERE name = '{name}'")  # bad: S608
    cursor.execute("SELECT * FROM people WHERE name = ?", (name,))
    return "Select one of the things from the list " + name


def receives(sock):
    return pickle.loads(sock.recv(1000))  # bad: S301


def stores(password):
    return hashlib.md5(password.encode()).hexdigest()  # bad: S324


def swallows():
    try:
        risky()
        forgotten(1)  # next bad: S110
    except Exception:
        pass


def unused():
    result = risky()  # bad: F841
    return os.environ.get("HOME"), sys.argv


def quiet():
    subject = os.environ["SUBJECT"]
    assert (subject == "x", "the subject is wrong")  # bad: F631
    return subject
