# 疑点：名册导入（roster-）与户内规则（finding-）
roster-unknown-village = 第 { $row } 行：没有“{ $value }”这个村，本行未导入
roster-no-name = 第 { $row } 行：没有姓名
roster-bad-citizen-id = 第 { $row } 行：证件号码有误
roster-duplicate-citizen-id = 第 { $row } 行：同一证件号码在名册中出现 { $value } 次
roster-number-lost = 第 { $row } 行：证件号码在表格中存成了数字，末几位已丢失，请改为文本后重新填写
roster-unknown-relation = 第 { $row } 行：不认识的与户主关系“{ $value }”
roster-no-head = 第 { $row } 行：这一户没有户主
roster-heads = 第 { $row } 行：这一户有 { $value } 个户主
roster-count-differs = 第 { $row } 行：人数与名册中的成员数不一致（{ $value }）

finding-p001 = { $name }的公民身份号码有误
finding-p003 = { $name }没有公民身份号码
finding-p004 = { $name }的公民身份号码与同户另一人相同
finding-p005 = { $name }的性别或出生日期与公民身份号码不符
finding-p006 = { $name }的与户主关系和性别矛盾
finding-p007 = { $name }是{ $head }的配偶，但性别相同
finding-p008 = { $name }与{ $head }的年龄差不足 { $least } 岁
finding-p035 = 姓名“{ $name }”不寻常，请对照证件核实
finding-h001 = 户主必须且只能有1人，在册人口须等于户籍人口数
finding-h015 = 低保金、特困供养金（{ $amount } 元）与享受人数（{ $count } 人）不一致
finding-h017 = 账户户名“{ $name }”不是家庭成员
finding-m001 = 监测对象没有登记风险
finding-m002 = 登记的因病、因残风险与成员健康状况不一致
