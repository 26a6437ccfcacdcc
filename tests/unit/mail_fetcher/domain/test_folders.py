"""Which folders are left out, and which come first."""

from dataclasses import dataclass

import pytest

from mycrm_mail_fetcher.domain.folders import is_excluded, is_sent, sync_order

DEFAULT = ["Drafts", "Templates"]


@dataclass(frozen=True)
class Folder:
    name: str
    special_use: str = ""


@pytest.mark.parametrize(
    "name", ["Drafts", "drafts", "ＤＲＡＦＴＳ", " Drafts ", "INBOX.Drafts", "INBOX/Templates"]
)
def test_a_name_in_the_setting_is_left_out_however_it_is_spelt(name: str) -> None:
    assert is_excluded(name, "", DEFAULT)


@pytest.mark.parametrize("setting", ['"Drafts"', "'drafts'", "“Drafts”", " Drafts "])
def test_quotes_around_a_setting_are_no_part_of_the_name(setting: str) -> None:
    assert is_excluded("Drafts", "", [setting])


@pytest.mark.parametrize("special_use", ["drafts", "\\Drafts"])
def test_the_servers_word_for_drafts_counts_whatever_the_folder_is_called(special_use: str) -> None:
    assert is_excluded("Ebauches", special_use, DEFAULT)
    assert not is_excluded("Ebauches", special_use, ["Templates"])


@pytest.mark.parametrize("name", ["草稿箱", "草稿", "下書き", "Entwürfe", "Brouillons", "[Gmail]/草稿"])
def test_drafts_are_known_in_the_languages_of_the_trade(name: str) -> None:
    assert is_excluded(name, "", DEFAULT)
    assert not is_excluded(name, "", ["Templates"])


def test_the_name_on_the_wire_may_stand_in_the_setting() -> None:
    assert is_excluded("草稿箱", "", ["&g0l6P3ux-"], wire_name="&g0l6P3ux-")


@pytest.mark.parametrize("name", ["INBOX", "Sent", "Clients/Drafts of contracts", "Draft prices", ""])
def test_other_folders_are_read(name: str) -> None:
    assert not is_excluded(name, "", [*DEFAULT, "", '""'])


def test_any_special_use_can_be_left_out() -> None:
    assert is_excluded("垃圾邮件", "junk", ["Junk"])


@pytest.mark.parametrize(
    "folder",
    [
        Folder("Sent Messages"), Folder("Sent Items"), Folder("已发送"), Folder("已发送邮件"), Folder("寄件備份"),
        Folder("送信済みメール"), Folder("Gesendete Elemente"), Folder("Éléments envoyés"), Folder("INBOX.Sent"),
        Folder("[Gmail]/已发邮件"), Folder("Whatever", "sent"), Folder("Whatever", "\\Sent"),
    ],
)  # fmt: skip
def test_what_we_sent_is_known(folder: Folder) -> None:
    assert is_sent(folder)


def test_a_name_does_not_overrule_the_servers_word() -> None:
    assert not is_sent(Folder("Sent", "archive"))


def test_inbox_and_sent_come_first_and_the_rest_keeps_its_order() -> None:
    folders = [Folder("Z"), Folder("已发送"), Folder("A"), Folder("inbox")]
    assert [folder.name for folder in sync_order(folders)] == ["inbox", "已发送", "Z", "A"]
