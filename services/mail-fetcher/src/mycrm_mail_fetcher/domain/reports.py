"""What mail-fetcher itself tells the team, as a system message in both languages of the page."""

from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """A message to the team; `html` is safe."""

    subject: str
    html: str


def missing_mail(folder: str, count: int) -> Report:
    """Return the report that mails should have been in the ledger and were not."""
    mails = "mail was" if count == 1 else "mails were"
    return Report(
        subject=f"邮箱核对：{folder} 缺少 {count} 封邮件｜Mailbox check: {count} missing in {folder}",
        html=(
            f"<p>与邮件服务器核对时发现，文件夹“{escape(folder)}”中有 {count} 封邮件未在本系统中，现已重新收取。</p>"
            f"<p>When the folder “{escape(folder)}” was held against the mail server, {count} {mails} missing here; "
            "they are being fetched again.</p>"
        ),
    )


def failed_backup(reason: str, detail: str) -> Report:
    """Return the report that the database is not being copied as it should be."""
    return Report(
        subject=f"数据库备份出错：{reason}｜Backup failed: {reason}",
        html=(
            f"<p>数据库备份出错（{escape(reason)}）：{escape(detail)}。原有的备份未受影响，请查看备份页面或日志。</p>"
            f"<p>Copying the database went wrong ({escape(reason)}): {escape(detail)}. The copies that were there are "
            "untouched; see the page of copies, or the logs.</p>"
        ),
    )
