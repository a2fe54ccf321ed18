# 谁能打开工作区、口令丢了怎么办、清理与移交。

slip-code = 恢复码
slip-workspace = 工作区编号
slip-laptop = 电脑
slip-made = 制作
slip-keeper = 保管人签字
slip-kept-at = 保管地点
slip-sheet-title = 恢复单
slip-sheet-lead = 这张纸是一把钥匙：忘记口令时，有这张纸和那台电脑就能打开工作区里全部住户资料，并重设口令。
slip-sheet-note-1 = 请密封后交给保管人锁好，不要和电脑放在一起，不要拍照，不要发到网上。
slip-sheet-note-2 = 使用：在电脑上运行 fieldapp workspace recovery use，输入恢复码和新口令；也可以扫二维码得到恢复码。
slip-sheet-note-3 = 恢复码只能用一次；用过以后，或者做了新的恢复单以后，这张就作废，请撕碎。
slip-sheet-note-4 = 恢复码里没有字母 I、L、O、U；抄错一两个字，程序会看出来。
slip-sheet-note-5 = 丢失这张纸：打开工作区重新做一张，旧的立即作废。

recovery-way-sheet = 恢复单（保管人手里的纸）
recovery-way-district = 区县（凭请求和十六位数字）
recovery-way-none = 还没有任何恢复办法：忘记口令就打不开了

cli-user-room = 谁能打开这个工作区
cli-user-list = 列出用户
cli-user-add = 添加用户（新口令取自 FIELDAPP_NEW_PASSPHRASE 或当场询问）
cli-user-remove = 移除用户
cli-recovery-room = 口令丢了的恢复办法
cli-recovery-list = 有哪些恢复办法
cli-recovery-make = 做一张恢复单，或者让区县能帮助恢复
cli-recovery-ask = 口令丢了：选一个新口令，写出给区县的请求
cli-recovery-use = 用恢复单或区县的回答重设口令
cli-recovery-sealed = 区县现在能帮助恢复这个工作区
cli-recovery-made = 恢复单已写到 { $file }。请打印、密封、交给保管人，然后删除这个文件。
cli-recovery-asked = 请求已写到 { $file }。请把文件交给区县，并在电话里念出这十六位数字：{ $digits }
cli-recovery-used = { $user } 可以用新口令打开工作区了；恢复单已作废，请重新做一张。
cli-ask-recovery-code = 恢复码：
cli-user-keep-key = 先不更换数据密钥（被移除的人若留有旧密钥，仍可能读旧文件）
cli-rekey = 更换数据密钥：资料库和全部附件重新加密
cli-rekeyed = 资料库和 { $attachments } 个附件已用新密钥重新加密。以前的备份仍用旧密钥和当时的口令。
ui-unlock-wait = 口令连续输错，请再等 { $minutes ->
    [0] { $seconds } 秒
   *[other] { $minutes } 分 { $seconds } 秒
 } 再试。不会永远锁住；忘记口令时用恢复单，或请区县帮助。

slip-over-title = 电脑移交销毁回执
slip-over-lead = 这台电脑上的工作区已经销毁：密钥文件先覆写再删除，资料库、附件和本机自动备份随后删除。此后任何口令、恢复单都打不开。
slip-over-by = 操作人
slip-over-counts = 销毁前内容
slip-over-counts-value = { $households } 户，定稿记录 { $submissions } 份，档案 { $archives } 份，附件 { $attachments } 个，操作 { $operations } 条
slip-over-left = 未上报内容
slip-over-nothing-unsent = 没有：区县已收到全部内容
slip-over-unsent = 操作 { $operations } 条、附件 { $files } 个未上报，草稿 { $drafts } 份未定稿；操作人二次确认后销毁
slip-over-destroyed = 已销毁
slip-over-destroyed-value = 密钥文件和带密钥的备份 { $keys } 个（覆写后删除），全部文件 { $files } 个、{ $bytes } 字节
slip-over-backup = 移交前备份
slip-over-no-backup = 没有另做备份
slip-over-note-1 = 请区县管理员停用上面编号的电脑（district device revoke）。
slip-over-note-2 = 固态硬盘上被覆写的旧数据可能暂时残留，但仍由口令加密保护；要求更高时请另做整盘销毁。
slip-over-note-3 = 拷到别处的备份不受影响，用当时的口令仍能打开，请一并登记保管或销毁。
slip-over-giver = 移交人
slip-over-taker = 接收人
slip-over-witness = 监交人

cli-purge = 清理区县已收到、并且多日没有改动的住户资料
cli-purge-older = 多少天没有改动（默认 90）
cli-purge-dry = 只说会清理什么，不动资料
cli-purged = { $dry ->
    [True] 可以清理
   *[other] 已清理
 } { $households } 户（操作 { $operations } 条，附件 { $files } 个）；留下：{ $kept }；删去仍含这些住户的备份 { $backups } 份（别处的备份不受影响）
cli-hand-over = 移交电脑：销毁密钥和全部资料，写出回执
cli-hand-over-confirm = 还有未上报或未定稿内容时，写工作区编号的前八位以确认
cli-handed-over = 工作区已销毁（{ $files } 个文件），回执在 { $receipt }。请打印签字，并请区县停用这台电脑。
cli-audit = 列出审计记录

ui-nav-keeping = 管理
ui-forgotten = 忘记口令……
ui-forgotten-answered = 区县已经把回答文件给您了吗？
ui-forgotten-code = 请输入恢复单上的恢复码；没有恢复单、想请区县帮助的，请留空
ui-forgotten-request = 把给区县的请求存到哪里
ui-forgotten-answer = 选择区县的回答文件
ui-forgotten-chosen = 请输入提出请求时选定的新口令
ui-forgotten-new = 请输入新口令（至少 8 个字符）
ui-workspace-title = 工作区管理
ui-workspace-state = 能打开的人：{ $users }　　忘记口令时：{ $ways }
ui-workspace-away = 正在处理，请不要关机……
ui-workspace-passphrase = 更换口令
ui-workspace-passphrase-told = 只换您自己的。
ui-workspace-passphrase-done = 口令已更换
ui-workspace-add-user = 添加用户
ui-workspace-add-user-told = 让另一个人用自己的口令打开这个工作区；口令由本人输入。
ui-workspace-add-user-done = 已添加
ui-workspace-remove-user = 移除用户
ui-workspace-remove-user-told = 这个人从此打不开；同时更换数据密钥。
ui-workspace-sheet = 做恢复单
ui-workspace-sheet-told = 打印一张带恢复码的纸，密封交给保管人；忘记口令时用它重设。旧的恢复单作废。
ui-workspace-rekey = 更换数据密钥
ui-workspace-rekey-told = 资料库和全部附件重新加密；期间工作区锁定。中途断电也不要紧。
ui-workspace-check = 检查工作区
ui-workspace-check-told = 核对资料库、附件、密钥文件和审计链。
ui-workspace-check-found = 发现 { $count } 处问题，请运行 workspace check 看详情
ui-workspace-clear = 清理已上报的户
ui-workspace-clear-told = 区县已收到、90 天没有改动的住户，从这台电脑上清除。先说会清理多少，再问一次。
ui-workspace-clear-none = 没有可以清理的：区县没收到的、没定稿的、{ $days } 天内改过的都留着
ui-workspace-clear-ask = 有 { $households } 户区县已收到、{ $days } 天没有改动。从这台电脑上清除吗？
ui-workspace-clear-done = 已清理。备份里也没有了（另存到U盘和别处的备份不受影响）
ui-workspace-hand-over = 移交电脑
ui-workspace-hand-over-told = 销毁密钥和全部资料，写出回执。以后任何口令都打不开。
ui-workspace-old = 请输入您现在的口令
ui-workspace-name = 新用户的姓名
ui-workspace-remove-who = 移除谁？（{ $users }）
ui-workspace-no-such-user = 没有这个用户
ui-workspace-sheet-ask = 恢复单能打开全部住户资料。保管人准备好了吗？旧的恢复单会作废。
ui-workspace-sheet-printed = 恢复单已送打印机，请密封后交给保管人
ui-workspace-sheet-save = 没有打印机：把恢复单存到哪里（打印后请删除）
ui-workspace-over-unsent = 还有没上报或没定稿的：操作 { $operations } 条、附件 { $files } 个、草稿 { $drafts } 份。请先同步。一定要销毁的，请输入工作区编号前八位 { $id }
ui-workspace-over-refused = 没有移交：还有没上报或没定稿的内容
ui-workspace-over-ask = 移交以后，这台电脑上的资料再也打不开。确定吗？
ui-workspace-over-receipt = 回执存到哪里
ui-workspace-over-backup = 移交前备份存到哪里（不要备份请取消）
