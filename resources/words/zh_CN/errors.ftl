# 每个错误代码一条：发生了什么；.safe 什么是安全的；.next 接下来怎么做。
# sheet、row、column 不知道时取值 none。

error-error = 操作没有完成。
    .safe = 已保存的资料没有改变。
    .next = 请再试一次；如果仍不行，请把下面的代码告诉技术人员。
error-fieldapp = 程序不能完成这一步。
    .safe = 已保存的资料没有改变。
    .next = 请再试一次；如果仍不行，请把下面的代码告诉技术人员。
error-usage = 不能这样操作。
    .safe = 没有改变任何资料。
    .next = 请检查所填的内容或命令，再试一次。
error-not-found = { $what ->
    [household] 找不到这一户（{ $id }）。
    [join] 这一户没有合并到别的户（{ $id }）。
    [member] 找不到这名家庭成员（{ $id }）。
    [submission] 找不到这份调查记录（{ $id }）。
    [form] 找不到这份表单（{ $id }）。
    [attachment] 找不到这个附件（{ $id }）。
    [archive] 找不到这份档案（{ $id }）。
    [area] 找不到这个行政区划（{ $id }）。
    [village] 找不到这个村（{ $id }）。
    [person] 找不到这个人员（{ $id }）。
    [device] 找不到这台设备（{ $id }）。
    [user] 找不到这个用户（{ $id }）。
    [file] 找不到文件 { $id }。
   *[other] 找不到 { $what }（{ $id }）。
 }
    .safe = 没有改变任何资料。
    .next = 请核对编号；资料可能在另一台电脑上，先同步一次再找。
error-already-there = { $what ->
    [workspace] 这里已经有一个工作区（{ $id }）。
    [household] 这一户已经存在（{ $id }）。
    [form] 同一版本的表单已经存在（{ $id }）。
    [person] 这个人员已经存在（{ $id }）。
    [user] 这个用户已经存在（{ $id }）。
    [file] 文件 { $id } 已经存在。
   *[other] { $what } 已经存在（{ $id }）。
 }
    .safe = 原有的资料没有被覆盖。
    .next = 请使用已有的，或换一个名称、编号或文件夹。
error-not-allowed = { $reason ->
    [finalized] 已定稿的记录不能直接修改。
    [problems] 还有没改正的填写问题，不能定稿。
    [unexplained-warnings] 还有疑点没有写明原因，不能定稿。
    [reason-missing] 修改已定稿的记录，要写明修改原因。
    [not-finalized] 这一户还没有定稿的调查记录。
    [no-copy] 这一份还没有印制过，不能登记领取。
    [never-printed] 这一户还有没印制过的份，请整份印制。
    [pages-unknown] 上次印制的档案不在本机，无法比较，请整份印制。
    [up-to-date] 最新一版已经印制过，没有要换的页。
    [printer] 打印机没有接受：{ $detail }
    [folder] 这个文件夹不能写入：{ $detail }
    [closed-run] 这次整村印制已经结束。
    [not-a-draft] 这份记录不是草稿。
    [not-relevant] 按填表规则，这一题现在不用填。
    [readonly] 这一题不能修改。
    [counted] 行数由前面的答案决定，不能增减。
    [other-key] 这份备份用的是更换前的密钥，要用当时的口令打开。
    [closed] 工作区已经锁定。
    [unsent-work] 还有没上报或没定稿的内容：操作 { $operations } 条、附件 { $files } 个、草稿 { $drafts } 份。先同步；一定要销毁的，请用工作区编号 { $id } 确认。
    [slot-too-old] 用户 { $detail } 还是旧版密钥，请这位用户先用本程序打开一次工作区。
    [district-command] 区级服务器的命令没有成功：{ $detail }
    [role] 当前用户没有这项权限。
    [scope] 这个地区不在您的工作范围内。
    [same-household] 这两户已经是同一户。
    [joined-already] 这一户已经合并到另一户；请先取消合并。
   *[other] 现在不能这样做（{ $reason }）。
 }
    .safe = 没有改变任何资料。
    .next = 请按提示先完成前面的步骤，或请有权限的人员处理。
error-bad-input = { $sheet ->
    [none] “{ $what }”不合要求：{ $value }
   *[other] { $row ->
        [none] 工作表“{ $sheet }”：“{ $what }”不合要求：{ $value }
       *[other] 工作表“{ $sheet }”第 { $row } 行：“{ $what }”不合要求：{ $value }
     }
 }
    .safe = 没有写入任何资料。
    .next = 请改正这一处，再试一次。
error-workspace = 这个工作区现在不能用。
    .safe = 工作区的文件没有被改动。
    .next = 请关闭程序再打开一次；仍不行时，用最近的备份恢复到一个新文件夹。
error-wrong-passphrase = 口令不对。
    .safe = 资料仍然加密保存，没有改变。
    .next = 请检查大小写锁定和输入法后再输入；忘记口令时用恢复单，或请管理员处理。
error-too-many-tries = 口令连续输错 { $count } 次，请再等 { $minutes ->
    [0] { $seconds } 秒
   *[other] { $minutes } 分 { $seconds } 秒
 }。
    .safe = 资料仍然加密保存，没有改变；不会永远锁住。
    .next = 等时间到了再输入。重新启动程序不会缩短等待；忘记口令时用恢复单，或请区县帮助。
error-workspace-missing = 文件夹 { $folder } 里没有工作区。
    .safe = 没有改变任何文件。
    .next = 请选择正确的文件夹，或先新建一个工作区。
error-workspace-damaged = 工作区有一部分损坏了（{ $part ->
    [key-file] 密钥文件{ $detail ->
        [weak-parameters] ：保护口令的参数被改弱了
        [costly-parameters] ：保护口令的参数大得不正常
        [altered-parameters] ：保护口令的参数被改动过
        [swapped-slot] ：里面的用户密钥是别人的，或来自另一个工作区
        [altered] ：内容被改动过
        [unverified] ：新写的内容读回来不对，仍用原来的
       *[other] ：读不出来
     }
    [database] 资料库
    [record] 记录
    [attachment] 附件
    [journal] 预写日志：资料库文件被单独复制过，缺少日志里的最新答案
    [disk] 磁盘上的文件
    [form] 表单
    [draft] 草稿
    [backup] 备份文件
    [audit] 审计链
    [cache] 缓存
   *[other] { $part }
 }）。
    .safe = 其余部分没有改变；已经同步的资料在区县服务器上也有。
    .next = 请不要删除文件夹；先复制一份保存，再用最近的备份恢复，然后同步一次。
error-workspace-too-new = 这个工作区是由更新版本的程序写的（资料版本 { $schema }，本程序认识到 { $known }）。
    .safe = 工作区没有被改动。
    .next = 请先更新本程序，再打开。
error-disk-full = 磁盘已满，写不进 { $folder }。
    .safe = 此前已提示“已自动保存”的答案都在。
    .next = 请腾出磁盘空间（清空回收站、移走大文件），程序会继续保存。
error-already-open = 这个工作区正被另一个窗口或程序使用（{ $folder }）。
    .safe = 资料没有改变。
    .next = 请切换到已打开的窗口；如果看不到，请等一分钟或重新启动电脑。
error-wrong-realm = 演示资料与真实资料不能放在同一个工作区（{ $area }）。
    .safe = 没有写入任何资料。
    .next = 演示请另用演示工作区；真实资料请用正式工作区。
error-form = 这份表单不能用。
    .safe = 已填的答案没有改变。
    .next = 请联系制作表单的人员。
error-form-invalid = { $sheet ->
    [none] 表单有错误：{ form-fault }{ $detail }
   *[other] { $row ->
        [none] 表单有错误（工作表“{ $sheet }”）：{ form-fault }{ $detail }
       *[other] 表单有错误（工作表“{ $sheet }”第 { $row } 行）：{ form-fault }{ $detail }
     }
 }
    .safe = 原来的表单仍可使用。
    .next = 请在表单里改正这一处，再重新编译。
error-form-unsupported = { $sheet ->
    [none] 表单用了本程序不支持的功能：{ $feature }
   *[other] { $row ->
        [none] 表单用了本程序不支持的功能（工作表“{ $sheet }”）：{ $feature }
       *[other] 表单用了本程序不支持的功能（工作表“{ $sheet }”第 { $row } 行）：{ $feature }
     }
 }
    .safe = 原来的表单仍可使用。
    .next = 请换一种写法，或更新本程序。
error-expression = { $sheet ->
    [none] 表单里 { $path } 的公式有错误{ $line ->
        [none] {""}
        [0] {""}
       *[other] （第 { $line } 行）
     }：{ $detail }
   *[other] { $row ->
        [none] 表单里 { $path } 的公式有错误（工作表“{ $sheet }”）：{ $detail }
       *[other] 表单里 { $path } 的公式有错误（工作表“{ $sheet }”第 { $row } 行）：{ $detail }
     }
 }
    .safe = 已填的答案没有改变。
    .next = 请在表单里改正这个公式，再重新编译。
error-attachment = 这个文件不能处理。
    .safe = 已有的附件没有改变。
    .next = 请换一个文件再试。
error-attachment-unreadable = “{ $name }”不是能读的照片或文件（{ $detail }）。
    .safe = 原文件没有改动，已有的附件也没有改变。
    .next = 请重新拍照或另存为 JPEG、PNG 后再加入。
error-attachment-too-large = “{ $name }”太大（{ $size } 字节，最多 { $most } 字节）。
    .safe = 原文件和已有的附件都没有改动。
    .next = 请剪短录音或视频，或者改用较小的文件，再选一次。
error-attachment-unfit = “{ $name }”不是这道题要的{ $kind ->
    [audio] 录音文件
    [video] 视频文件
   *[other] 文件，或者是程序文件
 }。
    .safe = 原文件和已有的附件都没有改动。
    .next = 请选合适的文件；程序文件不能作为附件。
error-attachment-missing = 附件的内容不在这台电脑上（{ $id }）。
    .safe = 记录本身完整，附件的编号已保存。
    .next = 请联网同步，或从有这个附件的电脑用 U 盘带来。
error-archive = 档案不能生成或核验。
    .safe = 调查记录没有改变。
    .next = 请再试一次；仍不行时，请把下面的代码告诉技术人员。
error-glyph-missing = 字库里没有“{ $char }”这个字（{ $where }），为避免印成空框，没有生成档案。
    .safe = 记录里的这个字保存得完整。
    .next = 请核对这个字是否输对；确实是生僻字的，请告诉技术人员补充字库。
error-font-missing = 缺少程序自带的字体文件 { $file }。
    .safe = 调查记录没有改变。
    .next = 请重新安装本程序。
error-archive-matrix = 归档参数文件 { $file } 有错：{ $key } { $fault ->
        [toml] 不是合规的 TOML 文件。
        [missing] 没有填写。
        [type] 写法不对，应为 { $detail }。
        [unknown] 不是已知的参数。
        [twice] 出现了两次。
        [pattern] 的编号格式不能用：{ $detail }。
        [area-code] 不是行政区划代码。
        [stage] 不属于任何环节（S、B、T、G）。
       *[other] 的值不在可选范围内：{ $detail }。
    }
    .safe = 没有生成档案，调查记录没有改变。
    .next = 请县区管理员改正这个参数并重新发布表单。
error-scan-refused = “{ $name }”{ $reason ->
    [too-large] 太大，没有打开（文件最大 64 MB，图像最多 8000 万像素）
    [too-many-pages] 超过 1000 页，没有打开
    [empty] 里没有页面
    [not-a-scan] 不是扫描件：这是电脑里的文件，没有上过纸
   *[unreadable] 读不出来：不是图片或 PDF，或者已经损坏
}。
    .safe = 原文件没有改动，已归档的扫描件没有改变。
    .next = 请用 100—300 dpi 重新扫描为 JPEG 或 PDF，再放进来一次。
error-exchange = 与对方交换资料没有成功。
    .safe = 本机的资料没有改变，没有送出的仍在待上报里。
    .next = 请稍后再同步一次。
error-offline = 连不上服务器 { $url }。
    .safe = 资料已保存在本机，待上报的一条不少。
    .next = 可以继续工作；有网络时再同步，或用 U 盘离线包。
error-asked-to-wait = 区县现在正忙，请 { $retry_s } 秒后再同步。
    .safe = 资料已保存在本机，待上报的一条不少。
    .next = 可以继续工作；到时会自动再试。
error-not-enrolled = 这个工作区还没有在区县服务器登记。
    .safe = 资料已保存在本机。
    .next = 请向区县管理员要登记码，在“同步”里登记。
error-refused = 服务器拒绝了：{ $reason ->
    [unknown-device] 服务器不认识这台设备
    [revoked] 这台设备已被停用
    [clock] 本机时间与服务器相差太大
    [code-expired] 登记码已过期
    [code-used] 登记码已用过
    [code-unknown] 登记码不对
    [too-large] 内容太大
    [scope] 这个地区不在工作范围内
   *[other] { $reason }
 }。
    .safe = 资料已保存在本机，没有送出的仍在待上报里。
    .next = 请把这条原因告诉区县管理员。
error-protocol-too-old = 本程序与服务器的版本不相容（本机 { $mine }，对方 { $theirs }）。
    .safe = 资料已保存在本机。
    .next = 请更新版本旧的一方；在此之前可以继续填表。
error-garbled-reply = 服务器的回答看不懂（{ $url }：{ $what }），可能网络要求先登录网页。
    .safe = 资料已保存在本机，没有送出的仍在待上报里。
    .next = 请先用浏览器完成上网登录，或换一个网络再同步。
error-foreign-certificate = { $url } 上回答的不是本区县的服务器：证书不符。
    .safe = 什么也没有送出，资料已保存在本机。
    .next = 请换一个网络；若仍如此，请向区县要一张新的登记条。
error-certificate-dates = { $url } 的证书与本机日期不符。
    .safe = 什么也没有送出，资料已保存在本机。
    .next = 请核对本机的日期和时间后再同步。
error-certificate-expired = 区县服务器的证书已于 { $until } 到期。
    .safe = 什么也没有送出，资料已保存在本机。
    .next = 请告诉区县管理员更新证书；其间可用 U 盘离线包。
error-clock-wrong = 本机时钟不准：区县时间是 { $theirs }。
    .safe = 什么也没有送出，资料已保存在本机，只是记下的时间不准。
    .next = 请校准时钟，或选“按区县时间同步”。
error-bundle-damaged = 离线包 { $file } 不完整或被改动（{ $what }）。
    .safe = 本机资料没有改变。
    .next = 请让对方重新导出离线包，拷贝后先安全弹出 U 盘。
error-bundle-foreign = 离线包 { $file } 不是给这台电脑的，或来自不认识的设备。
    .safe = 本机资料没有改变。
    .next = 请核对收件人（{ $recipient }），让对方重新导出。
error-bad-operation = 收到的一条操作不可信（{ $reason ->
    [malformed] 格式不对
    [version] 版本不认识
    [too-large] 内容太大
    [bad-hash] 校验值不符
    [wrong-key] 不是这台设备的密钥
    [bad-signature] 签名不符
   *[other] { $reason }
 }）。
    .safe = 这条已单独搁置，其他资料没有改变。
    .next = 请把下面的代码告诉区县管理员。
error-recovery-refused = { $reason ->
    [no-sheet] 这个工作区没有有效的恢复单。
    [no-district] 这个工作区没有请区县保管恢复办法。
    [no-request] 这台电脑上没有等待回答的恢复请求。
    [garbled] 这不是完整的恢复请求或回答。
    [wrong-code] 恢复码不是这个工作区的，或者已经作废。
    [other-workspace] 这个回答是给另一个工作区的。
    [other-request] 这个回答不是给最近一次请求的。
    [other-district] 这个请求不是给本区县的，或者被改动过。
    [fingerprint] 十六位数字与请求不符。
    [unknown-device] 区县不认识提出请求的电脑。
    [revoked] 提出请求的电脑已被停用。
   *[other] 不能恢复（{ $reason }）。
 }
    .safe = 资料仍然加密保存，没有改变。
    .next = 请核对后再试；也可以换一种恢复办法，或从备份恢复（备份要用当时的口令）。

# What is wrong with a form, before the detail.
form-fault = { $fault ->
    [too-large] 文件太大{"："}
    [too-deep] 嵌套太深{"："}
    [doctype] 不接受文档类型声明{"："}
    [xml] 不是正确的 XML{"："}
    [workbook] 工作簿已损坏或不是 Excel 文件{"："}
    [duplicate-column] 列名重复{"："}
    [duplicate-sheet] 工作表重复{"："}
    [cell-error] 单元格里是 Excel 的错误值{"："}
    [character] 含有不能使用的字符{"："}
    [long-cell] 单元格内容太长{"："}
    [too-many-rows] 行数太多，上限{"："}
    [too-many-columns] 列数太多，上限{"："}
    [encoding] 文字编码不是 UTF-8，请另存为 UTF-8{"："}
    [kind] 不是能读的文件种类{"："}
    [csv] 不是正确的 CSV{"："}
    [no-survey] 没有 survey 工作表；现有工作表{"："}
    [no-questions] survey 工作表没有问题{"："}
    [unknown-prefix] 前缀没有声明（settings 的 namespaces）或名称含空格{"："}
    [no-model] 没有 model{"："}
    [no-instance] 没有 instance{"："}
    [missing-node] 实例中没有这个节点{"："}
    [unknown-event] 没有这种事件{"："}
    [itemset] 选项列表不完整{"："}
    [circle] 问题互相等待，形成循环{"："}
   *[other] {""}
 }
error-hotspot-unreachable = 不能在 { $address } 等候手机（{ $detail }）。
    .safe = 没有改动任何资料。
    .next = 请先打开移动热点，再试一次；或者换一个地址。
