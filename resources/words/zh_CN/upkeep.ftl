# 备份、恢复、检查、修复
damage-key-file = 密钥文件的一份损坏了（{ $subject }），另一份完好，已自动补好；数据不受影响。
damage-database = 资料库文件有损坏的页。其他户照常可读；请运行“修复”，能读出的都会保住。
damage-bit = 资料库里有 { $subject } 页翻转了一位，已按页的校验码就地改正；数据完好。硬盘可能在老化，请做一次备份。
damage-record = 记录 { $subject } 有一次修改读不出来（{ $detail }）。其他记录不受影响；“修复”会从备份或区里取回。
damage-attachment = 附件 { $subject } 损坏或缺失（{ $detail }）。调查答案不受影响；“修复”会从备份或区里取回。
damage-audit = 审计链在第 { $subject } 行断开：这一行被改动、删除或插入过。调查数据不受影响，请报告区里。
damage-cache = 列表里的一行（{ $subject }）与原始记录不符。原始记录完好，“修复”会重新算出。
damage-draft = 草稿 { $subject } 有一个答案读不出来。已定稿的记录不受影响；“修复”会从填写流水中取回。
damage-form = 表单 { $subject } 损坏。已填的答案不受影响；下次交换会重新取回表单。
damage-journal = 资料库文件被单独复制过，缺少日志里的最新答案。以前的内容完好。
backup-change = { $what ->
    [households] 户
    [submissions] 调查记录
    [drafts] 草稿
   *[attachments] 附件
  }：恢复后多出 { $added }，失去 { $lost }，变回旧内容 { $changed }
backup-why-daily = 每日
backup-why-before-import = 导入花名册之前
backup-why-before-exchange = 大批接收之前
backup-why-after-clearing = 清理之后
backup-why-by-hand = 手动
repair-done = 已修复：就地改正 { $bits } 页里翻转的一位，从备份取回 { $operations } 次修改、{ $files } 个附件，从填写流水取回 { $answers } 个答案；等下次交换取回 { $awaited } 次修改、{ $files_awaited } 个附件。
check-pages = 核对资料库的页
check-records = 核对记录和签名
check-search = 核对检索
check-attachments = 核对附件
check-backups = 查看备份
