ledger-signature = 档案领取签字
ledger-holder-township = 乡镇（街道）
ledger-holder-village = 行政村
ledger-holder-household = 农户
ledger-page-cover = 封面
ledger-page-index = 卷内目录第 { $number } 面
ledger-page-number = 第 { $number } 页
ledger-page-notes = 卷内备考表
ledger-page-blank = 空白背面
ledger-page-other = { $name }

slip-exchange-title = 换页单
slip-exchange-lead = { $head } 户　档号 { $number }　{ $holder }存档份
slip-exchange-why = 本户调查记录由第 { $before } 版修订为第 { $after } 版。下列页与本份已装订的不同，其余页内容不变，继续有效。
slip-exchange-out = 取出
slip-exchange-in = 换入
slip-exchange-nothing = 无
slip-exchange-pages = { $pages }（共 { $count } 面）
slip-exchange-digest = 新版内容摘要
slip-exchange-number = 第几次印制
slip-exchange-stays = 没有换的页，页脚仍是第 { $before } 版的摘要，请勿更改。
slip-exchange-keep = 取出的页连同本单一并装订在本份卷末，不得销毁。
slip-exchange-done-by = 换页人签字、日期
slip-exchange-seen-by = 监督人签字、日期

catalogue-title = 案卷目录
catalogue-fonds = 全宗名称：{ $fonds }　　{ $place }　　{ $year } 年度
catalogue-count = 共 { $volumes } 卷，{ $pages } 页
catalogue-volume = 案卷题名
catalogue-order = 序号
catalogue-number = 档号
catalogue-period = 起止日期
catalogue-pages = 页数
catalogue-retention = 保管期限
catalogue-remark = 备注
catalogue-made = 编制人：{ $maker }　　编制日期：{ $day }
catalogue-page = 第 { $number } 页　共 { $pages } 页
catalogue-stale = 已有第 { $newest } 版，待重印
catalogue-incomplete = 待补
catalogue-all = 全部
label-title = 档案盒脊背标签
label-fonds-no = 全宗号
label-fonds = 全宗名称
label-category = 类目
label-year = 年度
label-retention = 保管期限
label-volumes = 起止档号
label-box = 盒号
label-box-value = { $number }
    （{ $volumes } 卷）

run-all = 全部
run-no-printer = 没有选打印机

ledger-stale = ▲ 已有第 { $newest } 版
ledger-made-print = { $head } 户　第 { $number } 次　打印　第 { $revision } 版　{ $copies }
ledger-made-file = { $head } 户　第 { $number } 次　存为文件　第 { $revision } 版　{ $copies }
ledger-taken = { $head } 户　{ $by } 领取{ $holder }份（第 { $revision } 版）

cli-archive-ledger = 印制和领取台账
cli-archive-receipt = 登记领取
cli-archive-changes = 只印修订后不同的页，附换页单
cli-archive-catalogue = 案卷目录
cli-archive-labels = 档案盒脊背标签
cli-ledger-empty = 还没有印制记录
cli-changes-copy = { $holder }份：取出 { $out }；换入 { $into }
cli-changes-written = 共 { $pages } 面，已写入 { $file }
cli-archive-listed = 已写入 { $file }：{ $volumes } 卷；没有档案 { $absent } 户，已有新版 { $stale } 户
