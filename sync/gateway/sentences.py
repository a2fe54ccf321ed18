"""What the person at the phone reads; OpenRosa has one text, so it is in both languages."""

from __future__ import annotations

_SENTENCES = {
    "sent": "已收到 Received",
    "sent-partly": "已收到，照片还没有传完 Received; files are still to come",
    "who": "请输入用户名和密码 Please sign in",
    "garbled": "内容读不懂，没有收下 Not understood, nothing was kept",
    "too-large": "内容太大 Too large",
    "file-too-large": "照片或文件太大 A file is too large",
    "unknown-form": "没有这个表单或版本，请更新表单列表 No such form or version; please refresh the list",
    "revoked": "这个账号已经停用 This account was revoked",
    "no-village": "没有填写所在村，没有收下 No village was given, nothing was kept",
    "busy": "服务器忙，请稍后再发 Busy, please send again later",
}


def sentence(message: str) -> str:
    """The sentence of a message id; the id itself where there is none."""
    return _SENTENCES.get(message, message)
