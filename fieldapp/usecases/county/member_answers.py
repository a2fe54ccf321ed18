"""What one member of a fictitious family answers: a value for every question of the member repeat that may become relevant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random

from .families import REFERENCE, Family, Kind, Person

Values = Mapping[str, str]
"""Question name → canonical text."""

_GRADES = ("11", "12", "13", "14", "15", "16", "21", "22", "23")
_HIGH = {"general": ("31", "32", "33"), "vocational": ("41", "42", "43")}
_COLLEGE = {"general": ("61", "62", "63", "64"), "vocational": ("51", "52", "53")}
_SCHOOLS = {
    "02": "中心幼儿园",
    "1": "中心小学",
    "2": "初级中学",
    "3": "第一中学",
    "4": "职业技术学校",
    "5": "示范职业学院",
    "6": "示范大学",
}
_CHRONIC = ("高血压", "糖尿病", "慢性支气管炎", "类风湿关节炎", "冠心病")
_SERIOUS = ("肺癌术后", "终末期肾病", "脑卒中后遗症", "再生障碍性贫血")
_JOBS = (
    ("C", "示范电子有限公司", (3800, 6200)),
    ("E", "示范建筑劳务公司", (3600, 7000)),
    ("H", "示范餐饮店", (2600, 4200)),
    ("G", "示范物流公司", (3500, 6000)),
    ("O", "示范家政服务部", (2400, 4500)),
    ("A", "示范农业合作社", (1800, 3000)),
)
_REGIONS = {"3": ("示范省示范二市城东区", "示范省示范三市开发区"), "4": ("滨海省临港市保税区", "江南省云湖市高新区")}


def member_answers(family: Family, person: Person, day: date) -> Values:
    """Every answer of one person on the day of the survey."""
    rng = Random(f"member/{family.seed}/{person.id}")
    age = person.age(day)
    found = _identity(person)
    if not person.active:
        return found
    found |= _schooling(person, age, rng)
    found |= _health(family, person, age, found, rng)
    found |= _work(family, person, age, day, found, rng)
    found |= _residence(age, found)
    found |= _special_group(family, age, day)
    return found


def _identity(person: Person) -> dict[str, str]:
    found = {
        "m_name": person.name,
        "m_change": person.change,
        "m_cert_type": "1",
        "m_id_no": person.citizen_id,
        "m_sex": person.sex,
        "m_birth": person.birth.isoformat(),
        "m_relation": person.relation,
        "m_ethnic": person.ethnic,
        "m_marital": person.marital or "10",
        "m_phone": person.phone,
    }
    if person.change_date:
        found["m_change_date"] = person.change_date
    return found


def _school(age: int, track: str, college: bool) -> str:
    if age < 3:
        return ""
    if age <= 5:
        return "02" if age > 3 else "01"
    if age <= 14:
        return _GRADES[age - 6]
    if age <= 17:
        return _HIGH[track][age - 15]
    years = _COLLEGE[track]
    return years[age - 18] if college and age - 18 < len(years) else "00"


def _schooling(person: Person, age: int, rng: Random) -> dict[str, str]:
    track, college = rng.choices(("general", "vocational"), (60, 40))[0], rng.random() < 0.6
    political = "01" if age >= 25 and rng.random() < 0.08 else "03" if 14 <= age <= 22 else "13"
    found = {"m_political": political, "m_mandarin": "0" if age >= 65 and person.ethnic != "01" else "1"}
    school = _school(age, track, college)
    if 3 <= age <= 30:
        kind = "02" if school == "02" else school[:1]
        found["m_school"] = school
        found["m_school_name"] = "示范县" + _SCHOOLS.get(kind, "中心小学")
        found["m_boarding"] = "1" if kind in "2345" else "0"
        found["m_edu_aid"] = {"02": "9", "1": "2", "2": "2 3", "3": "4", "4": "5", "5": "7", "6": "7 8"}.get(kind, "00")
        found["m_edu_cost"] = str({"02": 1800, "1": 900, "2": 1500, "3": 4200, "4": 3600, "5": 9000, "6": 12000}.get(kind, 0))
    found["m_edu"] = _attained(age, track, college, rng)
    return found


def _attained(age: int, track: str, college: bool, rng: Random) -> str:
    if age >= 70:
        return rng.choices(("90", "80"), (55, 45))[0]
    if age >= 50:
        return rng.choices(("80", "70"), (60, 40))[0]
    if age > 25:
        return rng.choices(("70", "60", "40"), (70, 20, 10))[0]
    if age >= 21 and college:
        return "20" if track == "general" else "30"
    return "60" if track == "general" and age >= 18 else "40" if age >= 18 else "70"


def _illness(family: Family, person: Person, age: int, rng: Random) -> tuple[str, str]:
    """Health codes and, of a disabled person, class and level."""
    if family.kind is Kind.HARDSHIP and person.relation == "02":
        return ("3 4", "41") if rng.random() < 0.4 else ("4", rng.choice(("41", "42", "62", "12"))) if rng.random() < 0.6 else ("3", "")
    chronic = rng.random() < (0.45 if age >= 65 else 0.18 if age >= 50 else 0.01)
    if age >= 60 and rng.random() < 0.05:
        return ("2 4" if chronic else "4", rng.choice(("43", "22", "13")))
    return ("2", "") if chronic else ("1", "")


def _health(family: Family, person: Person, age: int, so_far: Values, rng: Random) -> dict[str, str]:
    codes, disability = _illness(family, person, age, rng)
    serious, sick = "3" in codes, codes != "1"
    total = rng.randint(30, 90) * 1000 if serious else rng.randint(8, 60) * 100
    dibao, tekun = _relief(family, person, age, serious or "4" in codes)
    return {
        "m_health": codes,
        "m_chronic_name": rng.choice(_CHRONIC),
        "m_chronic_card": "1" if rng.random() < 0.8 else "0",
        "m_serious_name": rng.choice(_SERIOUS),
        "m_inpatient": "1" if serious or (sick and rng.random() < 0.2) else "0",
        "m_med_total": str(total),
        "m_med_self": str(total * (22 if serious else 30) // 100),
        "m_has_dis_cert": "1" if disability else "0",
        "m_dis_cert_no": person.citizen_id + disability if disability else "",
        "m_dis_subsidy": " ".join(filter(None, ("1" if dibao != "0" else "", "2" if disability[1:] in ("1", "2") else ""))) or "0",
        "m_family_doctor": "1",
        "m_med_ins": "1",
        "m_big_ins": "1",
        "m_med_aid": "1" if serious else "0",
        "m_pension": "2" if age >= 60 else "0" if so_far.get("m_school", "00") >= "11" else "1",
        "m_dibao": dibao,
        "m_tekun": tekun,
    }


def _relief(family: Family, person: Person, age: int, stricken: bool) -> tuple[str, str]:
    """Dibao and tekun; decided for the household, so that its members agree."""
    rng = Random(f"relief/{family.seed}/{family.index}")
    chance = rng.random()
    if family.kind is Kind.LONE_ELDER:
        if person.marital == "10":
            return "0", "1"
        return ("1", "0") if age >= 70 and chance < 0.6 else ("0", "0")
    if family.kind is Kind.HARDSHIP:
        return ("1", "0") if chance < 0.75 and (stricken or chance < 0.4) else ("0", "0")
    elderly = all(member.age(REFERENCE) >= 65 for member in family.members)
    return ("1", "0") if (elderly and chance < 0.5) or (family.kind is Kind.SINGLE_PARENT and chance < 0.35) else ("0", "0")


def _labour(age: int, so_far: Values, rng: Random) -> str:
    if age < 16 or so_far.get("m_school", "00") >= "11" or age >= 70:
        return "5"
    healthy = so_far["m_health"] == "1"
    if age >= 60:
        return "3" if healthy and so_far["m_tekun"] == "0" else "5"
    if healthy:
        return "2" if rng.random() < 0.2 else "1"
    return "4" if "4" in so_far["m_health"] or "3" in so_far["m_health"] else "3"


def _work(family: Family, person: Person, age: int, day: date, so_far: Values, rng: Random) -> dict[str, str]:
    labour = _labour(age, so_far, rng)
    industry, employer, (low, high) = rng.choice(_JOBS)
    able = labour in ("1", "2") and 18 <= age < 60
    away = able and family.kind is not Kind.HARDSHIP and rng.random() < (0.75 if age < 30 else 0.4 if person.sex == "1" else 0.25)
    place = rng.choices("1234", (15, 20, 25, 40))[0] if away else "0"
    months = rng.randint(6, 11)
    start = max(person.birth + timedelta(days=5900), day - timedelta(days=30 * months + 40))
    has_post = labour in ("1", "3") and not away and 40 <= age < 69 and rng.random() < 0.25
    return {
        "m_labour": labour,
        "m_skill": rng.choice(("01", "02", "01 02", "04", "05", "07", "08")) if labour != "3" else rng.choice(("01", "00")),
        "m_work_place": place,
        "m_work_region": rng.choice(_REGIONS.get(place, ("示范县",))),
        "m_work_employer": employer,
        "m_work_industry": industry,
        "m_work_channel": rng.choice("45") if place in "34" else rng.choice("2456"),
        "m_work_start": start.replace(day=1).isoformat(),
        "m_work_months": str(months),
        "m_work_wage": str(rng.randrange(low, high, 100)),
        "m_post": rng.choice(("01", "02", "03", "04")) if has_post else "00",
        "m_post_months": "12",
        "m_post_wage": str(rng.choice((500, 600, 800))),
        "m_job_need": "1" if rng.random() < 0.2 else "0",
    }


def _residence(age: int, so_far: Values) -> dict[str, str]:
    school = so_far.get("m_school", "00")
    if so_far["m_work_place"] in ("3", "4") and so_far["m_labour"] in ("1", "2"):
        return {"m_residence": "2"}
    return {"m_residence": "3" if school >= "51" and age >= 18 else "1"}


def _special_group(family: Family, age: int, day: date) -> dict[str, str]:
    group, guardian, relation = "0", "", ""
    if family.kind is Kind.SKIPPED_GENERATION and age < 16:
        group, guardian, relation = "1", family.head.name, "3"
    elif age >= 60 and family.kind in (Kind.LONE_ELDER, Kind.ELDER_COUPLE) and family.head.age(day) >= 72:
        group, guardian, relation = "3", f"{family.head.name[:1]}小示", "5"
    if group == "0":
        return {"m_left_behind": "0"}
    return {
        "m_left_behind": group,
        "m_guardian_name": guardian,
        "m_guardian_rel": relation,
        "m_guardian_phone": f"1546{family.index:07d}",
        "m_one2one": "示范员丁 村支委",
    }
