"""What a fictitious family answers for the whole household, and what its members' answers add up to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from .families import Family, Kind
from .member_answers import Values

INTERVIEWERS = ("示范员甲", "示范员乙", "示范员戊", "示范员己")


def household_answers(family: Family, members: Sequence[Values], day: date) -> dict[str, str]:
    """Every answer outside the repeats on the day of the survey; `members` as `member_answers` gives them."""
    rng = Random(f"answers/{family.seed}/{family.index}")
    active = [one for one in members if int(one["m_change"]) < 20]
    found = _visit(family, day)
    found |= _register(family, active, rng)
    found |= _standing(family, rng)
    found |= _living(rng)
    found |= _house(family, rng)
    found |= _water(rng)
    found |= _land(family, active, rng)
    found |= _income(active, found, day, rng)
    found |= _loan(family, active, day, rng)
    found |= _help(active, found, rng)
    found |= _judgement(family, active, rng)
    return found


def _visit(family: Family, day: date) -> dict[str, str]:
    by_phone = family.index % 20 == 19
    return {
        "survey_round": "1",
        "notice_read": "OK",
        "survey_date": day.isoformat(),
        "visit_no": "1",
        "interviewer_name": INTERVIEWERS[family.index % len(INTERVIEWERS)],
        "interviewer_phone": f"1547000000{family.index % len(INTERVIEWERS)}",
        "second_interviewer": INTERVIEWERS[(family.index + 1) % len(INTERVIEWERS)],
        "guide_name": "示范组长",
        "visit_result": "2" if by_phone else "1",
        "visit_result_note": "全家在外务工，视频核实",
    }


def _register(family: Family, active: Sequence[Values], rng: Random) -> dict[str, str]:
    return {
        "town_code": family.village[:9],
        "village_code": family.village,
        "natural_village": f"{rng.choice('东西南北前后')}{rng.choice('庄湾寨洼')}",
        "group_no": str(family.group),
        "house_no": family.house_no,
        "household_code": family.national_code,
        "household_phone": family.head.phone,
        "martyr_family": "1" if rng.random() < 0.02 else "0",
        "family_plan": "0",
        "bank_name": "示范农村商业银行",
        "bank_account": _card(family),
        "account_holder": family.head.name,
        "registered_count": str(len(active)),
        "resident_count": str(sum(one["m_residence"] == "1" for one in active)),
        "roster_ok": "OK",
    }


def _card(family: Family) -> str:
    """A card number of 19 digits under 999999, which no bank has, with its Luhn digit."""
    body = f"999999{family.seed % 1000:03d}{family.index:09d}"
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


def _standing(family: Family, rng: Random) -> dict[str, str]:
    identified = rng.randint(2013, 2017)
    cause = (
        "03" if family.kind is Kind.SINGLE_PARENT else "02" if family.kind is Kind.HARDSHIP else rng.choice(("01", "05", "07", "09", "10"))
    )
    cleared = family.monitor_type != "0" and rng.random() < 0.3
    return {
        "household_type": family.household_type,
        "monitor_type": family.monitor_type,
        "monitor_identified": "2024-03-01",
        "risk_status": "1" if cleared else "0",
        "risk_cleared": "2025-03-01",
        "poor_attr": rng.choice("112"),
        "identify_year": str(identified),
        "exit_year": str(min(identified + rng.randint(1, 5), 2020)),
        "returned_poor": "0",
        "cause_main": cause,
        "cause_other": "11" if rng.random() < 0.2 else "",
    }


def _living(rng: Random) -> dict[str, str]:
    return {"eat_full": "1", "eat_protein": rng.choices("12", (75, 25))[0], "cloth_season": "1", "bedding": "1"}


def _house(family: Family, rng: Random) -> dict[str, str]:
    relocated = family.household_type in "23" and rng.random() < 0.2
    reformed = not relocated and family.household_type in "23" and rng.random() < 0.35
    owned = rng.random() < 0.96
    built = rng.randint(1996, 2016)
    risky = family.index % 30 == 17
    steppe = family.village.startswith("990122")
    return {
        "house_own": "1" if owned else "3",
        "house_count": "1" if owned else "0",
        "house_struct": rng.choices("1239" if steppe else "1235", (20, 60, 14, 6))[0],
        "house_year": str(2018 if relocated else built),
        "house_area": str(rng.randrange(56, 168, 2)),
        "house_basis": "0" if risky else "4" if relocated else "3" if reformed else "2",
        "house_grade": "C" if risky else rng.choice("AB"),
        "house_grade_date": f"2021-{rng.randint(3, 10):02d}-15",
        "house_reform": "1" if reformed else "0",
        "reform_year": str(rng.randint(2014, 2019)),
        "reform_way": rng.choice("13"),
        "reform_amount": str(rng.choice((14000, 20000, 26000))),
        "relocated": "1" if relocated else "0",
        "move_way": "2",
        "move_in_date": "2018-10-01",
        "old_house_gone": "1",
        "in_resettlement": "1" if relocated else "0",
        "resettlement_site": "示范新村安置区",
        "house_problem": "1" if risky else "0",
        "house_problem_note": "后墙有裂缝，已报乡镇，待鉴定",
    }


def _water(rng: Random) -> dict[str, str]:
    tap = rng.random() < 0.94
    return {
        "water_source": rng.choices("12", (80, 20))[0] if tap else "3",
        "water_tap": "1" if tap else "0",
        "water_fetch_min": str(rng.randint(5, 18)),
        "water_area_short": "0",
        "water_litre": str(rng.randint(45, 90)),
        "water_cut_days": str(rng.randint(0, 9)),
        "water_basis": "1" if tap else "2",
        "water_quality": "1",
    }


def _land(family: Family, active: Sequence[Values], rng: Random) -> dict[str, str]:
    steppe = family.village.startswith("990122")
    able = sum(one["m_labour"] in "123" for one in active)
    farm = rng.randint(2, 5) * max(len(active), 1)
    forest, orchard = rng.choice((0, 0, 4, 10)), rng.choice((0, 0, 2, 5)) if able else 0
    keeps = able > 0 and rng.random() < 0.7
    found = {
        "land_farm": str(farm),
        "land_forest": str(forest),
        "land_return": str(forest // 2),
        "land_orchard": str(orchard),
        "land_grass": str(rng.randint(80, 900)) if steppe else "0",
        "land_water": "0",
        "land_rent_out": str(farm if not able else rng.choice((0, 0, farm // 3))),
        "road_type": rng.choices("342", (80, 15, 5))[0],
        "road_km": rng.choice(("0.1", "0.2", "0.4", "0.8", "1.5")),
        "elec_life": "1",
        "elec_prod": rng.choice("10"),
        "tv": "1",
        "broadband": "1",
        "toilet_type": rng.choices("123", (45, 52, 3))[0],
        "toilet_works": "1",
        "fuel": rng.choice(("4", "1 4", "3 4", "1 3 4")),
        "coop_member": rng.choice("10"),
        "led_by_firm": rng.choice("0001"),
        "led_by_person": rng.choice("001"),
        "industries": _industries(orchard, steppe, rng) if keeps else "01" if able else "00",
        "technician": "示范技术员",
        "technician_phone": "15471000001",
        "industry_difficulty": rng.choice(("", "缺技术", "缺销路")),
    }
    herd = {
        "n_sow": 2,
        "n_pig": 8,
        "n_cattle": 6,
        "n_sheep": 120 if steppe else 30,
        "n_chicken": 60,
        "n_donkey": 0,
        "n_greenhouse": 1,
        "n_shed": 0,
    }
    found |= {name: str(rng.randint(0, top)) if keeps else "0" for name, top in herd.items()}
    return found


def _industries(orchard: int, steppe: bool, rng: Random) -> str:
    crops = ["01"] + (["03"] if orchard else [])
    return " ".join([*crops, *(["09", "10"] if steppe else rng.choice((["08"], ["10", "11"], ["11"], [])))])


def _sum(members: Sequence[Values], months: str, rate: str, when: str, none: str) -> int:
    chosen = [one for one in members if one["m_labour"] != "5" and one[when] != none]
    return sum(int(one[months]) * int(one[rate]) for one in chosen)


def _month(day: date, back: int = 0) -> str:
    months = day.year * 12 + day.month - 1 - back
    return f"{months // 12}-{months % 12 + 1:02d}-01"


def _income(active: Sequence[Values], so_far: Values, day: date, rng: Random) -> dict[str, str]:
    crop = int(so_far["land_farm"]) * rng.randint(550, 950) if so_far["industries"] != "00" else 0
    live = sum(int(so_far[name]) * worth for name, worth in (("n_pig", 900), ("n_cattle", 3000), ("n_sheep", 400), ("n_chicken", 40)))
    fruit = int(so_far["land_orchard"]) * rng.randint(1200, 2600)
    pensions = sum(one.get("m_pension") == "2" for one in active)
    dibao = sum(one["m_dibao"] != "0" for one in active)
    tekun = sum(one["m_tekun"] != "0" for one in active)
    disabled = sum(one["m_has_dis_cert"] == "1" and one["m_dis_subsidy"] != "0" for one in active if "4" in one["m_health"])
    ill = [one for one in active if one["m_health"] not in ("1", "4") or one["m_inpatient"] == "1"]
    amounts = {
        "w_work": _sum(active, "m_work_months", "m_work_wage", "m_work_place", "0"),
        "w_post": _sum(active, "m_post_months", "m_post_wage", "m_post", "00"),
        "w_other": 0,
        "b_crop": crop,
        "b_live": live,
        "b_fruit": fruit,
        "b_other": 0,
        "e_crop": crop * rng.randint(25, 45) // 100,
        "e_live": live * rng.randint(35, 50) // 100,
        "e_fruit": fruit * rng.randint(20, 35) // 100,
        "e_other": 0,
        "p_dividend": 600 if so_far["household_type"] in "23" else 0,
        "p_rent": int(so_far["land_rent_out"]) * 300,
        "p_other": 0,
        "t_dibao": dibao * rng.randint(320, 420) * 12,
        "t_tekun": tekun * 9600,
        "t_pension": pensions * rng.randint(130, 190) * 12,
        "t_family": 0,
        "t_eco": (int(so_far["land_return"]) + int(so_far["land_forest"])) * 25 + int(so_far["land_grass"]) * 6,
        "t_agri": int(so_far["land_farm"]) * 70,
        "t_disabled": disabled * 960,
        "t_old": 0,
        "t_edu": 0,
        "t_support": 0,
        "t_other": 0,
        "x_claim": 0,
        "x_medical": sum(int(one["m_med_self"]) for one in ill),
        "x_edu": sum(int(one.get("m_edu_cost", "0")) for one in active),
        "x_disaster": 0,
    }
    amounts |= _topped_up(amounts, len(active), pensions, rng)
    return {name: str(value) for name, value in amounts.items()} | {
        "inc_start": _month(day, 12),
        "inc_end": _month(day),
        "income_confirmed": "OK",
    }


def _topped_up(amounts: dict[str, int], members: int, pensions: int, rng: Random) -> dict[str, int]:
    """Children outside the household support the old, odd jobs the others, so that few live on less than they could."""
    gross = sum(value for name, value in amounts.items() if name[0] in "wbpt")
    net = gross - sum(value for name, value in amounts.items() if name[0] == "e")
    wanted = members * int(rng.choice((4400, 6500, 9500, 9500, 12500, 14000)) * rng.uniform(0.8, 1.2))
    short = max(0, wanted - net) // 100 * 100
    if not short:
        return {}
    return {"t_support": short} if pensions else {"w_other": short}


def _loan(family: Family, active: Sequence[Values], day: date, rng: Random) -> dict[str, str]:
    able = any(one["m_labour"] in "12" for one in active)
    lent = day - timedelta(days=rng.randint(120, 800))
    return {
        "loan_has": "1" if able and family.household_type == "2" and rng.random() < 0.4 else "0",
        "loan_amount": str(rng.choice((20000, 30000, 50000))),
        "loan_date": lent.isoformat(),
        "loan_due": (lent + timedelta(days=1095)).isoformat(),
        "loan_use": rng.choice("123"),
        "loan_overdue": "0",
        "loan_renew": "0",
        "other_debt": "0",
    }


def _help(active: Sequence[Values], so_far: Values, rng: Random) -> dict[str, str]:
    working = any(one["m_labour"] != "5" and one["m_work_place"] != "0" for one in active)
    outside = any(one["m_labour"] != "5" and one["m_work_place"] in "34" for one in active)
    schools = {one.get("m_school", "00")[:1] for one in active}
    general = ["1"] if any(one["m_dibao"] != "0" for one in active) else []
    general += ["2"] if any(one["m_tekun"] != "0" for one in active) else []
    general += ["3"] if any(one.get("m_pension") == "2" for one in active) else []
    return {
        "helper_name": rng.choice(("示范员丙", "示范员庚", "示范员辛")),
        "helper_unit": "示范局 科员",
        "helper_unit_level": "04",
        "helper_rank": "4",
        "helper_phone": f"1548{rng.randint(0, 9999999):07d}",
        "helper_since": "2021-06-01",
        "helper_visits": str(rng.randint(6, 14)),
        "h_ind": rng.choice(("1 2", "2", "3", "7")) if so_far["industries"] != "00" else "00",
        "h_job": "1 3" if outside else "1" if working else "00",
        "h_fin": "1" if so_far["loan_has"] == "1" else "3",
        "h_hea": rng.choice(("1 5", "1 3 5", "1 4 5")),
        "h_edu1": "4" if schools & {"1", "2"} else "00",
        "h_edu2": "3" if schools & {"3", "4", "5", "6"} else "00",
        "h_gen": " ".join(general) or "00",
        "h_house": "3" if so_far["house_problem"] == "1" else "1",
        "h_water": "1",
        "h_move": "1" if so_far["relocated"] == "1" else "0",
        "h_cond": rng.choice("01"),
        "h_infra": "0",
        "h_soc": rng.choice("01"),
        "help_effect": "收入稳定，住房饮水有保障",
    }


def _judgement(family: Family, active: Sequence[Values], rng: Random) -> dict[str, str]:
    hit = family.index % 25 == 11
    risks = [code for code, illness in (("01", "23"), ("03", "4")) if any(set(one["m_health"]) & set(illness) for one in active)]
    if not risks:
        risks = ["07"] if any(one["m_labour"] in "123" for one in active) else ["99"]
    found = {f"rl_{number}": "0" for number in range(1, 10)}
    found["rl_2"] = "1" if hit else "0"
    return found | {
        "rl_note": "家庭有一辆三轮农用车，用于生产，经核实不影响识别",
        "rl_verify": rng.choices("12", (92, 8))[0],
        "risks": " ".join(risks) if family.monitor_type != "0" else "",
        "risk_other": "年老体弱，需持续关注",
        "risk_sudden": "0",
        "propose_monitor": "0",
        "propose_reason": "已由村级研判，暂不提请，按季度回访",
        "agree_identify": "1",
        "sat_team": rng.choices("12", (80, 20))[0],
        "knows_helper": "1",
        "demand": rng.choice(("", "希望增加就近务工岗位", "希望硬化入户路", "无")),
        "complaint": "0",
        "copy_given": "1",
        "survey_note": rng.choice(("", "已核对户口簿", "收入由户主口述并核对一卡通")),
    }
