"""What stops a start, in one line and in the reader's language. The code is the key; the values fill the line."""

import locale

from mycrm_common.errors import StartError

_TEXTS: dict[str, tuple[str, str]] = {
    "setting_invalid": ("{name} is not usable: {reason}", "设置项 {name} 无法使用：{reason}"),
    "setting_file_unreadable": (
        "{name} names {path}, which cannot be read: {reason}",
        "{name} 指定的文件 {path} 无法读取：{reason}",
    ),
    "config_json_invalid": (
        "the file named by MYCRM_CONFIG_FILE is not a usable config.json: {reason}",
        "MYCRM_CONFIG_FILE 指定的 config.json 无法使用：{reason}",
    ),
    "secret_key_short": (
        "MYCRM_SECRET_KEY needs at least {least} characters",
        "MYCRM_SECRET_KEY 至少需要 {least} 个字符",
    ),
    "data_dir_unusable": (
        "the data folder {path} cannot be used: {reason}. Set MYCRM_DATA_DIR to a folder that you may write",
        "数据目录 {path} 无法使用：{reason}。请将 MYCRM_DATA_DIR 设为可写的目录",
    ),
    "database_url_invalid": (
        "MYCRM_DATABASE_URL is not usable: {reason}",
        "MYCRM_DATABASE_URL 无法使用：{reason}",
    ),
    "bus_url_invalid": ("MYCRM_BUS_URL is not usable: {reason}", "MYCRM_BUS_URL 无法使用：{reason}"),
    "bus_refused": (
        "RabbitMQ refuses MYCRM_BUS_URL: {reason}",
        "RabbitMQ 拒绝了 MYCRM_BUS_URL：{reason}",
    ),
    "queue_arguments_differ": (
        "RabbitMQ has a queue {name} with other arguments ({reason}); empty and delete it, then start again",
        "RabbitMQ 中已有参数不同的队列 {name}（{reason}）；请清空并删除它，然后重新启动",
    ),
    "database_in_use": (
        "another MyCRM or mycrm command is using {path}; stop it first, or set another MYCRM_DATA_DIR",
        "另一个 MyCRM 或 mycrm 命令正在使用 {path}；请先停止它，或设置其他 MYCRM_DATA_DIR",
    ),
    "socket_in_use": (
        "another MyCRM answers the mycrm command at {path}; stop it first, or set another MYCRM_DATA_DIR",
        "另一个 MyCRM 正在 {path} 应答 mycrm 命令；请先停止它，或设置其他 MYCRM_DATA_DIR",
    ),
    "socket_unusable": (
        "the socket {path} cannot be made: {reason}. Set MYCRM_DATA_DIR to a folder on a local disk",
        "无法创建套接字 {path}：{reason}。请将 MYCRM_DATA_DIR 设为本地磁盘上的目录",
    ),
    "database_newer": (
        "the database has schema {found}, made by a newer MyCRM than this one (schema {known}); upgrade MyCRM",
        "数据库结构版本为 {found}，由更新版本的 MyCRM 创建（本程序为 {known}）；请升级 MyCRM",
    ),
    "schema_behind": (
        "the database {path} has not the schema that this version needs ({needed}): run mycrm migrate, then try again",
        "数据库 {path} 尚无本版本所需的结构（{needed}）：请先运行 mycrm migrate，然后重试",
    ),
    "backup_before_upgrade_failed": (
        "nothing was changed, as no copy could be made first: {reason}; or set MYCRM_BACKUP_BEFORE_MIGRATE=false",
        "升级前未能完成备份，数据库未作任何改动：{reason}；如已自行备份，可设置 MYCRM_BACKUP_BEFORE_MIGRATE=false",
    ),
    "database_missing": (
        "there is no MyCRM database at {path}: start MyCRM once with mycrm run, or set MYCRM_DATA_DIR to its folder",
        "{path} 处没有 MyCRM 数据库：请先用 mycrm run 启动一次，或将 MYCRM_DATA_DIR 设为其所在目录",
    ),
    "data_dir_closed": (
        "{path} is closed to this account; run the command as {owner}, who owns it",
        "当前账号无权访问 {path}；请以其所有者 {owner} 的身份运行该命令",
    ),
    "database_foreign": (
        "the database holds tables that MyCRM did not make ({tables}); give MyCRM an empty database",
        "数据库中已有不是 MyCRM 创建的表（{tables}）；请为 MyCRM 提供一个空的数据库",
    ),
    "database_unreadable": (
        "the database {path} cannot be opened: {reason}",
        "数据库 {path} 无法打开：{reason}",
    ),
    "database_unreachable": (
        "the database does not answer: {reason}",
        "数据库没有响应：{reason}",
    ),
    "port_unusable": (
        "cannot listen on {host}:{port}: {reason}. Set MYCRM_HTTP_PORT (or MYCRM_HEALTH_PORT) to a free port",
        "无法监听 {host}:{port}：{reason}。请将 MYCRM_HTTP_PORT（或 MYCRM_HEALTH_PORT）设为空闲端口",
    ),
    "web_missing": (
        "the web page is not built: run `make setup`",
        "网页尚未构建：请运行 make setup",
    ),
}


_NEWS: dict[str, tuple[str, str]] = {
    "ready": ("MyCRM is ready: {address}", "MyCRM 已就绪：{address}"),
    "setup_code": (
        "Open the page and make the first account with this one-time code: {code}",
        "请打开页面，使用此一次性验证码创建第一个账号：{code}",
    ),
}


def news_line(news: str, *, language: str, **values: object) -> str:
    """Return one line that tells whoever started MyCRM how it goes on."""
    english, chinese = _NEWS[news]
    return (chinese if language == "zh-CN" else english).format_map(values)


def reader_language(wish: str) -> str:
    """Return the language for the console: the one wished for, else the locale's."""
    if wish:
        return wish
    try:
        name = locale.setlocale(locale.LC_MESSAGES, "")
    except locale.Error:
        return "en"
    return "zh-CN" if name.startswith("zh") else "en"


def start_line(error: StartError, *, language: str) -> str:
    """Return the one line that tells why MyCRM does not start."""
    english, chinese = _TEXTS.get(error.code, ("{code}: {detail}", "{code}：{detail}"))
    text = chinese if language == "zh-CN" else english
    told = text.format_map({"code": error.code, "detail": error.detail, **error.values})
    # A library's reason may have several lines; a terminal's controls have no business here.
    return "MyCRM: " + " ".join("".join(letter if letter.isprintable() else " " for letter in told).split())
