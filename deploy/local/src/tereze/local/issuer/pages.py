"""Decides what a person sees who confirms a device; must never show what was typed without escaping it."""

from collections.abc import Iterable
from html import escape

from tereze.local.issuer.people import Person

POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_SUGGESTED = ("almaty-school-1:member", "almaty-police:member", "almaty-clinic-1:manager", "almaty-desk:coordinator",
              "ombudsman:ombudsman", "ministry:operator")  # fmt: skip
_MOST_SHOWN = 20
_FRAME = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} – Tereze demo</title>
<style>
body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; color: #111; background: #fff }}
.mode {{ background: #fff3c4; border-left: .4rem solid #b58900; padding: .6rem 1rem }}
label {{ display: block; margin-top: 1rem; font-weight: 600 }}
input {{ font: inherit; padding: .5rem; width: 100%; box-sizing: border-box; border: 2px solid #444 }}
button {{ font: inherit; padding: .6rem 1rem; margin-top: .8rem; border: 2px solid #0b5; background: #064; color: #fff; text-align: left }}
.people button {{ display: block; width: 100%; background: #fff; color: #111; border-color: #444 }}
:focus-visible {{ outline: 4px solid #fd0; outline-offset: 2px }}
</style></head><body><main><p class="mode">DEMO: all people are invented. Never for real children.</p>
<h1>{title}</h1>{content}</main></body></html>
"""


def _frame(title: str, content: str) -> str:
    return _FRAME.format(title=escape(title), content=content)


def _button(person: Person) -> str:
    words = f"{escape(person.display_name)}<br><small>{escape(person.agency_name)} · {escape(person.subject)}</small>"
    return f'<button name="subject" value="{escape(person.subject)}">{words}</button>'


def _offered(people: Iterable[Person], wanted: str) -> list[Person]:
    """Who is offered: those whose name, agency or subject holds every word that was searched for, or a few well-known ones."""
    words = wanted.casefold().split()
    if not words:
        return [person for person in people if person.subject.removeprefix("demo:") in _SUGGESTED]
    return [person for person in people if all(word in _words_of(person) for word in words)]


def _words_of(person: Person) -> str:
    return f"{person.display_name} {person.agency_name} {person.subject}".casefold()


def confirm_page(user_code: str, people: Iterable[Person], *, wanted: str = "", message: str = "") -> str:
    """The form on which a person compares the code and chooses whom to be."""
    offered = _offered(people, wanted)
    told = f'<p role="alert"><strong>{escape(message)}</strong></p>' if message else ""
    more = f"<p>{len(offered) - _MOST_SHOWN} more; add a word.</p>" if len(offered) > _MOST_SHOWN else ""
    code = escape(user_code)
    content = f"""{told}<form method="post"><label for="code">Code shown by the program that asks</label>
<input id="code" name="user_code" value="{code}" autocomplete="off" required maxlength="9">
<h2>Sign in as</h2><div class="people">{"".join(_button(person) for person in offered[:_MOST_SHOWN])}</div>{more}</form>
<form method="get"><input type="hidden" name="user_code" value="{code}">
<label for="who">Somebody else: words of a name, an agency or a role</label>
<input id="who" name="who" value="{escape(wanted)}" maxlength="60" placeholder="astana police head"><button>Search</button></form>"""
    return _frame("Sign in", content)


def done_page(person: Person) -> str:
    """What is shown after confirming."""
    name, agency = escape(person.display_name), escape(person.agency_name)
    return _frame("Signed in", f"<p>The program now acts for {name}, {agency}. You may close this page.</p>")
