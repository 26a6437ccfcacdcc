"""Made-up addresses of which it is known whether they work, and the world in which they are looked for.

Every group is a kind of mail server or of DNS that is met in the wild, in the words of the mail system that speaks
them; in some of them the truth cannot be found out from outside, and whoever judges should say so. `truth` is what an
all-knowing judge would say: `valid`, `invalid`, or `unconfirmed` where the server takes everybody.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tests.support.fake_dns import REFUSED, SERVFAIL, FakeDNS
from tests.support.fake_mail_hosts import GREYLISTED, TAKEN, MailHost

VALID, INVALID, UNCONFIRMED = "valid", "invalid", "unconfirmed"
THROW_AWAY = "throw-away.test"

# How mail systems say that there is no such mailbox.
NOT_THERE: Mapping[str, str] = {
    "postfix": "550 5.1.1 <who@here>: Recipient address rejected: User unknown in virtual mailbox table",
    "postfix-local": "550 5.1.1 <who@here>: Recipient address rejected: User unknown in local recipient table",
    "exim": "550 Unrouteable address: no such user here",
    "exim-short": "550 No Such User Here",
    "sendmail": "550 5.1.1 <who@here>... User unknown",
    "qmail": "550 sorry, no mailbox here by that name: no such mailbox (#5.1.1)",
    "exchange": "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
    "coremail": "550 5.1.1 User not found: who@here",
    "coremail-chinese": "550 5.1.1 收件人邮箱不存在",
    "bare-chinese": "550 该用户不存在",
    "zimbra": "550 5.1.1 <who@here>: Recipient address rejected: here",
    "courier": "550 User unknown.",
    "disabled": "550 5.2.1 This mailbox has been disabled",
    "invalid-address": "550 5.1.3 The recipient address is not a valid address",
}
# What a server may say of a mailbox that is there.
NO_WORD: Mapping[str, str] = {
    "full": "452 4.2.2 The mailbox is full",
    "full-for-good": "552 5.2.2 Over quota",
    "unsure": "252 2.0.0 Cannot VRFY user, but will accept message",
    "vague": "550 5.5.0 Requested action not taken: mailbox unavailable",
    "bare": "550 rejected",
    "policy": "550 5.7.1 Message rejected due to local policy",
    "list": "550 5.1.1 User unknown: your host is on the block list of example.org",
    "spam": "550 Your mail looks like spam, user unknown",
    "relay": "550 5.1.2 relay access denied",
    "busy": "451 4.3.0 Temporary lookup failure",
    "verify": "550 Could not verify recipient, please try again later: user unknown",
    "whether": "550 unable to tell whether the user does not exist",
    "auth": "530 5.7.0 Authentication required",
}
_NAMES = ("anna", "li.wei", "j-smith", "o'neil", "wang_fang", "max+crm", "张伟", "sales.cn")
_GONE = ("anne", "li.way", "j-smyth", "o'neal", "wang_fan", "max+old", "张炜", "sales.hk")
_NOT_AT_ALL = (
    *(
        "plain",
        "@example.com",
        "a@",
        "a b@example.com",
        "a@b@example.com",
        "a@exa mple.com",
        "a@-example.com",
    ),
    *(
        "a@example..com",
        ".a@example.com",
        "a.@example.com",
        "a..b@example.com",
        "a@example.c_m",
        "a,b@example.com",
    ),
    *(
        "a@[127.0.0.1]",
        "a@example",
        "a;b@example.com",
        "<a>@example.com",
        "a@.com",
        "a@example.com.",
        "a(b)@example",
    ),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Labelled:
    """An address, and what is true of it."""

    email: str
    truth: str
    group: str


@dataclass
class LabelledWorld:
    """The addresses, with the name server and the mail servers that know them."""

    addresses: list[Labelled] = field(default_factory=list)
    zone: FakeDNS = field(default_factory=FakeDNS)
    hosts: dict[str, MailHost] = field(default_factory=dict)

    def serve(self, domain: str, host: MailHost) -> None:
        """Let a domain's mail go to a server of its own."""
        address = f"127.0.{1 + len(self.hosts) // 200}.{2 + len(self.hosts) % 200}"
        self.hosts[address] = host
        self.zone.zone[domain] = {"MX": [f"10 mx.{domain}."]}
        self.zone.zone[f"mx.{domain}"] = {"A": [address]}

    def put(self, truth: str, group: str, *emails: str) -> None:
        """Write addresses down."""
        self.addresses += [Labelled(email=email, truth=truth, group=group) for email in emails]


def labelled_world() -> LabelledWorld:
    """Return the whole set."""
    world = LabelledWorld()
    for fill in (
        _honest,
        _greylisting,
        _catching_all,
        _wordless,
        _unwilling,
        _unreachable,
        _by_dns,
        _by_form,
    ):
        fill(world)
    return world


def _at(domain: str, names: tuple[str, ...]) -> Iterator[str]:
    return (f"{name}@{domain}" for name in names)


def _honest(world: LabelledWorld) -> None:
    for system, said in NOT_THERE.items():
        domain = f"{system}.test"
        world.serve(domain, MailHost(mailboxes=dict.fromkeys(_NAMES, TAKEN), others=said))
        world.put(VALID, "honest", *_at(domain, _NAMES))
        world.put(INVALID, "honest", *_at(domain, _GONE))


def _greylisting(world: LabelledWorld) -> None:
    for number in range(2):
        domain = f"greylisting{number}.test"
        world.serve(domain, MailHost(mailboxes=dict.fromkeys(_NAMES, TAKEN), first=GREYLISTED))
        world.put(VALID, "greylisting", *_at(domain, _NAMES))
        world.put(INVALID, "greylisting", *_at(domain, _GONE))


def _catching_all(world: LabelledWorld) -> None:
    for number in range(4):
        domain = f"catch-all{number}.test"
        world.serve(domain, MailHost(others=TAKEN))
        world.put(UNCONFIRMED, "catch-all", *_at(domain, _NAMES))
    # It takes whoever comes, and says of some of them that they are not there.
    domain = "catch-some.test"
    world.serve(domain, MailHost(others=TAKEN, mailboxes=dict.fromkeys(_NAMES, NOT_THERE["postfix"])))
    world.put(UNCONFIRMED, "catch-some", *_at(domain, _NAMES))


def _wordless(world: LabelledWorld) -> None:
    for kind, said in NO_WORD.items():
        domain = f"{kind}.wordless.test"
        world.serve(domain, MailHost(mailboxes=dict.fromkeys(_NAMES[:4], said)))
        world.put(VALID, "no word", *_at(domain, _NAMES[:4]))


def _unwilling(world: LabelledWorld) -> None:
    unknown = NOT_THERE["postfix"]
    for kind, host in {
        "refuses-all": MailHost(others=unknown, postmaster=unknown),
        "refuses-all-but-says-policy": MailHost(others=NO_WORD["policy"], postmaster=NO_WORD["policy"]),
        "blocked": MailHost(greeting="554 5.7.1 Your host is on a blacklist"),
        "closed": MailHost(greeting="521 5.3.2 This host takes no mail from you"),
        "busy": MailHost(greeting="421 4.3.2 Too many connections"),
        "sender": MailHost(sender="550 5.1.1 Sender address rejected: user unknown"),
        "drops": MailHost(drops=True),
        "ascii": MailHost(mailboxes=dict.fromkeys(_NAMES, TAKEN), utf8=False),
    }.items():
        domain = f"{kind}.unwilling.test"
        world.serve(domain, host)
        names = ("张伟", "王芳") if kind == "ascii" else _NAMES[:6]
        world.put(VALID, "unwilling", *_at(domain, names))


def _unreachable(world: LabelledWorld) -> None:
    for kind, host in {"nobody": "mx.nobody.test", "nowhere": "mx.nowhere.test"}.items():
        domain = f"{kind}.away.test"
        world.zone.zone[domain] = {"MX": [f"10 {host}."]}
        world.put(VALID, "away", *_at(domain, _NAMES[:6]))
    # There is an address, and nobody listens there.
    world.zone.zone["mx.nobody.test"] = {"A": ["127.0.9.9"]}
    for number, server in enumerate(("aspmx.l.google.com", "mxbiz1.qq.com", "mx.yandex.net")):
        domain = f"big{number}.test"
        world.zone.zone[domain] = {"MX": [f"10 {server}."]}
        world.put(VALID, "big", *_at(domain, _NAMES[:3]))
        world.put(INVALID, "big", *_at(domain, _GONE[:3]))


def _by_dns(world: LabelledWorld) -> None:
    world.zone.zone |= {
        "servfail.test": SERVFAIL,
        "refused.test": REFUSED,
        "null-mx.test": {"MX": ["0 ."]},
        "no-mail.test": {"TXT": ["v=spf1 -all"]},
    }
    world.put(VALID, "dns away", *_at("servfail.test", _NAMES[:6]), *_at("refused.test", _NAMES[:6]))
    world.put(INVALID, "no mail", *_at("null-mx.test", _NAMES), *_at("no-mail.test", _NAMES))
    world.put(INVALID, "no domain", *(f"{name}@gone{place}.test" for place, name in enumerate(_NAMES * 2)))
    world.put(VALID, "throw-away", *_at(THROW_AWAY, _NAMES[:6]))


def _by_form(world: LabelledWorld) -> None:
    world.put(INVALID, "no address", *_NOT_AT_ALL)
    domain = "quoted.test"
    world.serve(domain, MailHost(mailboxes={'"a b"': TAKEN, "x#y": TAKEN, "a/b?c": TAKEN, "p%q": TAKEN}))
    world.put(VALID, "odd", *_at(domain, ('"a b"', "x#y", "a/b?c", "p%q")))
    world.put(INVALID, "odd", *_at(domain, ('"a  b"', "x#z", "a/b?d", "p%r")))
