exchange-operations = 正在交换记录
exchange-previews = 正在发送照片缩略图
exchange-files-out = 正在上传附件
exchange-files-in = 正在下载附件

error-bundle-unwritable = 离线包 { $file } 写不进去（{ $detail }）。
    .safe = 记录都还在本机，没有标记为已上报。
    .next = 请检查 U 盘是否已满、被写保护或已拔出，再写一次。
