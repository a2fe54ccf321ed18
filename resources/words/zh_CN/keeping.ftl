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
