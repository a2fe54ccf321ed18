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
exchange-reopened = 撤销对冲突的处理
ui-exchange-undo = 撤销刚才的选择
ui-exchange-reopened = ✔ 已撤销，双方的值又都在，可以重新选择。
ui-rounds-switch = 自动同步
ui-rounds-running = 正在同步…
ui-rounds-last = 上次同步 { $at }
ui-rounds-offline = 暂时连不上区县
ui-rounds-failed = 同步没有成功（按 F9 看原因）
ui-rounds-waiting = 待上报 { $operations } 项、照片 { $files } 张
ui-rounds-next = 下次 { $at }
ui-rounds-off = 自动同步已关
ui-rounds-broken = 自动同步已停，请手动同步看原因
error-bundle-revoked = 离线包 { $file } 来自已停用的电脑（{ $name }）。
    .safe = 没有读入任何内容，本机资料没有改变。
    .next = 请不要再收这台电脑的离线包，并告诉区县管理员。
error-card-refused = { $reason ->
    [garbled] 这不是完整的名片，或内容被改动。
    [other-district] 这张名片不是本区县签发的。
    [no-own-card] 本机还没有区县签发的名片。
    [unknown] 本机还没有这位同事电脑的名片。
    [revoked] 这位同事的电脑已被区县停用。
    [not-a-laptop] 这是手机的名片，手机不能读离线包。
    [no-shared-area] 两台电脑没有共同负责的村，不能互传住户资料。
   *[other] 名片不能用（{ $reason }）。
 }
    .safe = 本机资料没有改变，什么也没有写出。
    .next = { $reason ->
        [no-own-card] 请联网同步一次，或读一次区县写回的离线包。
        [unknown] 请对方把名片拷到 U 盘，在本机读一次。
        [no-shared-area] 可以把发给区县的离线包拷到对方的 U 盘，由对方带去（内容已加密）。
       *[other] 请核对是谁的电脑，让对方重新拷名片。
    }
cli-bundle-stick = U 盘一键收发：读给本机的离线包和名片，写给区县的离线包和本机名片
cli-bundle-stick-done = 读离线包 { $read } 个：新收 { $received } 条，附件 { $files_received } 个，搁置 { $set_aside } 条；新名片 { $cards } 张；别人的包 { $passed_over } 个没有动；读不了 { $refused } 个。已写 { $written }：{ $sent } 条，附件 { $files_sent } 个
cli-bundle-card = 本机名片（区县签发），给同事的电脑认识本机
cli-bundle-card-read = 已认识 { $person } 的电脑 { $name }（{ $device }）
cli-bundle-colleagues = 列出可以互传离线包的同事电脑
cli-bundle-no-colleagues = 还不认识同事的电脑：联网同步一次，或读对方的名片
cli-bundle-kept = 列出本机留底的离线包；--again 再写一份
cli-bundle-kept-none = 没有留底的离线包
cli-bundle-again = 已再写一份到 { $file }，{ $bytes } 字节
ui-sticks-visit = U 盘一键收发…
ui-sticks-give = 写给同事…
ui-sticks-card = 本机名片到 U 盘…
ui-sticks-to = 同事的电脑
ui-sticks-none = 还不认识同事的电脑（先读对方名片，或联网同步）
ui-sticks-who = { $person }（{ $name }）
ui-sticks-folder = 选择 U 盘文件夹
ui-sticks-visited = ✔ U 盘收发完成：读离线包 { $read } 个，新收 { $received } 条，照片 { $files } 张，新名片 { $cards } 张；写给区县 { $sent } 条。
ui-sticks-visited-aside = ▲ U 盘收发完成：读离线包 { $read } 个，新收 { $received } 条，照片 { $files } 张，新名片 { $cards } 张；写给区县 { $sent } 条。另有 { $aside } 条暂时搁置，读不了的文件：{ $refused }
ui-sticks-refused-none = 无
ui-sticks-given = ✔ 已写给 { $person }：{ $sent } 条，照片 { $files } 张。对方读入后，先到区县的一方会一起上报；以区县回执为准。
ui-sticks-card-written = ✔ 名片已写到 { $file }
ui-sticks-card-read = ✔ 已认识 { $person } 的电脑，可以互传离线包。
