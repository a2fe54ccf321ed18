# `fieldapp form lint` 对表单作者说的话。path = 节点，expression = 原文或程序理解的写法。

lint-syntax = { $reason ->
    [ended] 表达式没有写完
    [expected] 第 { $position } 个字符处缺少 { $detail }
    [unclosed-text] 从第 { $position } 个字符开始的文字缺少结束引号
    [too-deep] 表达式套得太深，请把一部分放到单独的计算里
    [too-long] 表达式有 { $detail } 个字符，超过了一个单元格能容纳的长度
    [unknown-axis] 没有轴 { $detail }
   *[unexpected] 第 { $position } 个字符处的 { $detail } 不应出现
 }：{ $expression }
lint-unknown-function = 没有函数 { $detail }：{ $expression }
lint-arguments = 函数 { $detail } 的参数个数或种类不对：{ $expression }
lint-missing-path = 表单中没有 { $name }：{ $expression }
lint-dead-path = 这个路径不通，没有 { $name }：{ $expression }
lint-missing-instance = 表单没有选项列表或附带文件 { $name }。
lint-missing-column = 列表中没有列 { $name }：{ $expression }
lint-circle = 这些问题互相等待，形成循环：{ $detail }
lint-form = 表单无法打开：{ $detail }
lint-bad-regex = 这不是正则表达式（第 { $position } 个字符处）：{ $pattern }
lint-not-a-choice = { $name } 没有选项 { $value }，这个比较不起作用。
lint-text-as-number = { $name } 填的是文字，用它计算得不到结果：{ $expression }
lint-boolean-compared = { $name } 的结果是 true 或 false，与 { $expression } 比较在这里永远不成立（ODK Collect 存为 1 和 0）。
lint-slow-filter = 选项筛选每次都要看全部 { $rows } 行；请以“列 = 值”开头：{ $expression }
lint-whole-tree = 这个路径每次都要搜索整张表单，请写完整路径：{ $expression }
lint-costly-regex = 正则表达式中重复套着重复，长文字会变慢：{ $pattern }
lint-rows-in-rows = 每一行都把本重复组的所有行加一遍，行数多时会变慢；请在组外计算一次：{ $expression }
lint-regex-not-anchored = 没有 ^ 和 $ 时，这里和 ODK Web Forms 只要文字中有一处符合即可，ODK Collect 则要求整段符合：{ $pattern }
lint-function-not-in-collect = ODK Collect 没有函数 { $name }()。
lint-construct-not-in-collect = ODK Collect 不支持这种写法：{ $expression }
lint-self-not-in-collect = 计算读取了本问题自己的答案；ODK Collect 会当作循环而拒绝。
lint-name-not-in-collect = ODK Collect 只能打开拉丁字母的名称，{ $name } 含有其他文字。
lint-path-as-condition = 这里和 ODK Collect 中，该条件表示“已填写”；ODK Web Forms 中则永远成立。写成 { $expression } != '' 在各处含义相同。
lint-blanks-in-web-forms = { $name }() 在这里和 ODK Collect 中会跳过空白答案；ODK Web Forms 中只要有一个空白，结果就是空白：{ $expression }
lint-too-costly = 表达式一层套一层地搜索整张表单（超过 { $name } 次），请写完整路径：{ $expression }
lint-encryption-passed-over = 表单要求用密钥加密上报。本程序不这样做，以免任何人打不开答案：答案保存在加密的工作区里，导出的记录是明文。
lint-passed-over = 表单要求{ $name -> 
    [recordaudio] 后台录音；本程序不录音，该项留空。
    [audit] 审计日志文件；该项留空，本程序有自己的操作记录。
   *[other] { $name }，本程序略过。
 }
lint-circle-in-collect = 这些问题互相决定对方，ODK Collect 会当作循环而打不开表单：{ $detail }
