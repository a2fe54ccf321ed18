exchange-operations = 正在交换记录
exchange-previews = 正在发送照片缩略图
exchange-files-out = 正在上传附件
exchange-files-in = 正在下载附件

error-bundle-unwritable = 离线包 { $file } 写不进去（{ $detail }）。
    .safe = 记录都还在本机，没有标记为已上报。
    .next = 请检查 U 盘是否已满、被写保护或已拔出，再写一次。
held-refused = 大批删除被判定为误删，记录保留
ui-held-told = ▲ { $village }：{ $who } 删除了 { $records } 条记录（本机共 { $of } 条）。为防误删先搁置，数据都在。
ui-held-keep = 是误删，保留记录
ui-held-confirm = 确实要删除
ui-held-kept = ✔ 记录保留；下次同步后其他电脑上的也会恢复。
ui-held-confirmed = ✔ 已按删除处理，历史仍在。
cli-deletions = 查看或处理大批删除
cli-deletions-none = 没有搁置的删除
cli-deletions-confirmed = 已删除 { $records } 条记录
cli-deletions-kept = 已保留 { $records } 条记录
