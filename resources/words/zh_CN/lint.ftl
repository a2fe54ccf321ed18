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
    .mend = 按提示的位置改正；括号、引号要成对。
lint-unknown-function = 没有函数 { $detail }：{ $expression }
    .mend = 检查拼写，函数见 docs/dialect.md。
lint-arguments = 函数 { $detail } 的参数个数或种类不对：{ $expression }
    .mend = 检查参数的个数和顺序。
lint-missing-path = 表单中没有 { $name }：{ $expression }
    .mend = 改正名称，最好用 ${ "{" }name{ "}" } 引用问题。
lint-dead-path = 这个路径不通，没有 { $name }：{ $expression }
    .mend = 改正路径，最好用 ${ "{" }name{ "}" } 引用问题。
lint-missing-instance = 表单没有选项列表或附带文件 { $name }。
    .mend = 在 choices 表加上列表，或改正名称。
lint-missing-column = 列表中没有列 { $name }：{ $expression }
    .mend = 在 choices 表加上这一列，或改正列名（区分大小写）。
lint-circle = 这些问题互相等待，形成循环：{ $detail }
    .mend = 让其中一个计算不再引用其他几个。
lint-form = { $fault ->
    [too-large] 文件太大
    [too-deep] 嵌套太深
    [doctype] 不接受文档类型声明
    [xml] 不是正确的 XML
    [workbook] 工作簿已损坏或不是 Excel 文件
    [duplicate-column] 列名重复
    [duplicate-sheet] 工作表重复
    [cell-error] 单元格里是 Excel 的错误值
    [character] 含有不能使用的字符
    [long-cell] 单元格内容太长
    [too-many-rows] 行数太多，上限
    [too-many-columns] 列数太多，上限
    [encoding] 文字编码不是 UTF-8，请另存为 UTF-8
    [kind] 不是能读的文件种类
    [csv] 不是正确的 CSV
    [no-survey] 没有 survey 工作表；现有工作表
    [no-questions] survey 工作表没有问题
    [unknown-prefix] 前缀没有声明（settings 的 namespaces）或名称含空格
    [no-model] 没有 model
    [no-instance] 没有 instance
    [missing-node] 实例中没有这个节点
    [unknown-event] 没有这种事件
    [itemset] 选项列表不完整
    [circle] 问题互相等待，形成循环
   *[other] 表单无法打开
 }：{ $detail }
    .mend = 改正后重新检查。
lint-bad-regex = 这不是正则表达式（第 { $position } 个字符处）：{ $pattern }
    .mend = 改正正则表达式，字面的括号前加 \。
lint-not-a-choice = { $name } 没有选项 { $value }，这个比较不起作用。
    .mend = 改正选项的 name，注意不是标签。
lint-text-as-number = { $name } 填的是文字，用它计算得不到结果：{ $expression }
    .mend = 把问题改为 integer 或 decimal，或引用数字问题。
lint-boolean-compared = { $name } 的结果是 true 或 false，与 { $expression } 比较在这里永远不成立（ODK Collect 存为 1 和 0）。
    .mend = 直接用它作条件，或把计算写成 if(…, 1, 0)。
lint-slow-filter = 选项筛选每次都要看全部 { $rows } 行；请以“列 = 值”开头：{ $expression }
    .mend = 把“列 = 值”写在最前面，再用 and 接其他条件。
lint-whole-tree = 这个路径每次都要搜索整张表单，请写完整路径：{ $expression }
    .mend = 写出从根开始的完整路径。
lint-costly-regex = 正则表达式中重复套着重复，长文字会变慢：{ $pattern }
    .mend = 去掉重复里的重复，例如 (a+)+ 写成 a+。
lint-rows-in-rows = 每一行都把本重复组的所有行加一遍，行数多时会变慢；请在组外计算一次：{ $expression }
    .mend = 在重复组外加一个 calculate，行内引用它。
lint-regex-not-anchored = 没有 ^ 和 $ 时，这里和 ODK Web Forms 只要文字中有一处符合即可，ODK Collect 则要求整段符合：{ $pattern }
    .mend = 写成 ^…$（或两端加 .*），各处就一致。
lint-function-not-in-collect = ODK Collect 没有函数 { $name }()。
    .mend = 只在本程序使用可以不管；也在 Collect 使用时换一种写法。
lint-construct-not-in-collect = ODK Collect 不支持这种写法：{ $expression }
    .mend = 改用 indexed-repeat() 或 ${ "{" }name{ "}" }。
lint-self-not-in-collect = 计算读取了本问题自己的答案；ODK Collect 会当作循环而拒绝。
    .mend = 用 once() 或另一个 calculate 保存旧值。
lint-name-not-in-collect = ODK Collect 只能打开拉丁字母的名称，{ $name } 含有其他文字。
    .mend = 也在 Collect 使用时改为拉丁字母的名称。
lint-path-as-condition = 这里和 ODK Collect 中，该条件表示“已填写”；ODK Web Forms 中则永远成立。写成 { $expression } != '' 在各处含义相同。
    .mend = 写成 … != ''。
lint-blanks-in-web-forms = { $name }() 在这里和 ODK Collect 中会跳过空白答案；ODK Web Forms 中只要有一个空白，结果就是空白：{ $expression }
    .mend = 需要一致时给问题默认值 0。
lint-too-costly = 表达式一层套一层地搜索整张表单（超过 { $name } 次），请写完整路径：{ $expression }
    .mend = 写出完整路径，不用 //。
lint-missing-label = 问题 { $name } 没有标签，填表人只看到空白。
    .mend = 在 label 列写上问题。
lint-missing-translation = { $name } 缺少“{ $value }”的译文，切换到该语言时会显示“-”。
    .mend = 补上译文，或整列都不写。
lint-duplicate-choice = 选项列表 { $name } 中 { $value } 重复（第一次在第 { $rows } 行），无法分辨选的是哪一个。
    .mend = 给每个选项不同的 name。
lint-blank-in-choice = 多选列表 { $name } 的选项名“{ $value }”中有空格；多选的答案以空格分隔，会被当成几个选项。
    .mend = 把空格换成下划线。
lint-unused-list = 选项列表 { $name } 没有任何问题使用。
    .mend = 删除这个列表，或检查问题 type 中列表名的拼写。
lint-unknown-column = 没有名为“{ $name }”的列，其中的内容都被忽略；是否指 { $value }？
    .mend = 改成 { $value }，或改一个不像的名字作为备注列。
lint-unread-row = 上面空行太多（超过 60 行），这一行及以下都不会读入。
    .mend = 删除空行，或删除这些多余的内容。
lint-no-form-id = 没有写 form_id，表单将以文件名为标识，改名后就成了另一张表单。
    .mend = 在 settings 表写上 form_id。
lint-no-version = 没有写 version，各电脑无法知道谁的表单较新。
    .mend = 在 settings 表写上 version，例如 2026112201。
lint-version-not-newer = version { $value } 不比正在使用的 { $name } 新。
    .mend = 改成更大的版本号。
lint-bad-pii = 敏感级别“{ $value }”无效，只能是 0、1、2（或 none、personal、sensitive）。
    .mend = 不涉及个人写 0，个人信息写 1，敏感个人信息写 2。
lint-bad-tier = 层“{ $value }”无效，只能是 core 或 extended。
    .mend = 必问写 core，选问写 extended。
lint-warning-without-message = { $name } 有软提示条件，却没有提示语，填表人不知道要说明什么。
    .mend = 在 bind::fa:warning_message 列写上提示语。
lint-message-without-warning = { $name } 有提示语，却没有软提示条件，永远不会显示。
    .mend = 在 bind::fa:warning 列写上条件，或删除提示语。
lint-missing-file = 表单旁边没有文件 { $name }。
    .mend = 把文件放在表单旁边（或 media 文件夹中），或改正文件名。
lint-large-file = 文件 { $name } 有 { $value } MB，第一次查询会让填表人等待。
    .mend = 只保留用到的列和本县的行。
lint-bind-without-node = bind 指向 { $name }，而表单实例中没有这个节点，这条规则不起作用。
    .mend = 改正 nodeset，或在实例中加上节点。
lint-control-without-node = 问题指向 { $name }，而表单实例中没有这个节点，问题不会显示。
    .mend = 改正 ref，或在实例中加上节点。
lint-required-read-only = { $name } 必填而又只读，也没有计算或默认值，访谈永远无法完成。
    .mend = 去掉必填或只读，或加上计算或默认值。
lint-relevance-of-itself = 显示条件取决于它自己（{ $name }）的答案，一旦隐藏就再也不会出现。
    .mend = 条件中只用前面问题的答案。
lint-never-relevant = 同一个问题不能同时等于两个值，这个条件永远不成立：{ $expression }
    .mend = 把 and 改成 or，或检查引用的问题。
lint-changes-by-itself = { $name }() 在计算中每次重算都会变化，打开草稿时答案会变。
    .mend = 写成 once({ $name }())，或作为默认值。
lint-not-a-select = { $name } 不是选择题，这个函数只用于选择题：{ $expression }
    .mend = 文字题用 =、contains() 或 regex() 比较。
lint-select-multiple-compared = { $name } 是多选题，选了几项时“=”就不成立：{ $expression }
    .mend = 改用 selected(…, …)。
lint-text-as-date = { $name } 填的不是日期，按日期处理得不到结果：{ $expression }
    .mend = 把问题改为 date 类型，或引用日期问题。
lint-number-as-text = { $name } 只能填数字，与文字 { $expression } 比较永远不成立。
    .mend = 与数字比较，或改为文字题、选择题。
lint-bad-date = { $value } 不是日期（应为 YYYY-MM-DD），结果为空：{ $expression }
    .mend = 改正日期。
lint-index-in-collect = 行号是算出来的：为空或越界时这里得到空白，ODK Collect 会报错：{ $expression }
    .mend = 用 if() 保证行号在 1 与行数之间。
lint-coalesce-in-collect = ODK Collect 的 coalesce() 只接受两个参数：{ $expression }
    .mend = 写成 coalesce(a, coalesce(b, c))。
lint-boolean-in-collect = { $name } 的结果在这里和 ODK Web Forms 中存为 true/false，在 ODK Collect 中存为 1/0，与 { $expression } 比较结果不同。
    .mend = 把计算写成 if(…, 'yes', 'no')，再与它比较。
lint-count-in-web-forms = { $name }() 在这里和 ODK Collect 中不计未显示的答案，ODK Web Forms 会计入：{ $expression }
    .mend = 需要在各处一致时，在计数中写明条件。
lint-round-in-web-forms = 按位数取整时 ODK Web Forms 的负数和二进制误差与这里不同：{ $expression }
    .mend = 只在显示时取整，或接受最后一位的差别。
lint-distance-in-web-forms = { $name }() 在 ODK Web Forms 中只保留两位小数：{ $expression }
    .mend = 用 round(…, 2) 使各处一致。
lint-date-in-web-forms = 由数字得到的日期在 ODK Web Forms 中还带着时刻：{ $expression }
    .mend = 写成 format-date(…, '%Y-%m-%d')。
lint-weekday-in-web-forms = %a 在 ODK Web Forms 中星期日为空：{ $expression }
    .mend = 用 format-date(…, '%Y-%m-%d')，由阅读者判断星期。
lint-truth-in-web-forms = boolean-from-string() 在 ODK Web Forms 中区分大小写：{ $expression }
    .mend = 存入小写的 true、false。
lint-own-row-in-web-forms = 重复组内的绝对路径在这里和 ODK Collect 中指本行，在 ODK Web Forms 中指所有行：{ $expression }
    .mend = 写成相对路径，例如 ../name。
lint-constraint-by-name = 约束用名称引用了 { $name } 自己；在 ODK Collect 中，检查时名称还是旧答案：{ $expression }
    .mend = 用 . 表示正在填写的答案。
lint-encryption-passed-over = 表单要求用密钥加密上报。本程序不这样做，以免任何人打不开答案：答案保存在加密的工作区里，导出的记录是明文。
    .mend = 不用本程序交换时可以不管；否则删除 settings 中的 public_key。
lint-passed-over = 表单要求{ $name ->
    [recordaudio] 后台录音；本程序不录音，该项留空。
    [audit] 审计日志文件；该项留空，本程序有自己的操作记录。
   *[other] { $name }，本程序略过。
 }
    .mend = 只在本程序使用时删除这一行。
lint-circle-in-collect = 这些问题互相决定对方，ODK Collect 会当作循环而打不开表单：{ $detail }
    .mend = 让其中一个问题的条件不再引用另一个。
