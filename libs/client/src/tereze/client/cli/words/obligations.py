"""Decides the words for the obligations of the protocol in the three languages side by side; must never leave a language without one."""

_WORDS: dict[str, tuple[str, str, str]] = {
    "clock.protect": ("қорғау шарасын қабылдау", "принять меру защиты", "protect"),
    "clock.unassigned": ("жауапты адамды атау", "назвать ответственного", "name who is responsible"),
    "clock.inform_agencies": ("басқа органдарды хабардар ету", "известить другие органы", "inform the other agencies"),
    "clock.strategy_discussion": ("бірлескен кеңес", "совместное совещание органов", "strategy discussion"),
    "clock.assessment": ("қажеттіліктерді бағалау", "оценка нужд", "assessment of needs"),
    "clock.plan_in_force": ("жоспар күшіне енді", "план вступил в силу", "plan in force"),
    "clock.plan_review": ("жоспарды қайта қарау", "пересмотр плана", "plan review"),
    "clock.tell_reporter": ("хабарлаған адамға айту", "сообщить заявителю", "tell the reporter"),
    "clock.examine": ("медициналық тексеру", "медицинский осмотр", "medical examination"),
    "clock.preventive_treatment": ("алдын алу емі", "профилактическое лечение", "preventive treatment"),
    "clock.psychologist": ("психолог көмегі", "помощь психолога", "psychologist"),
    "clock.forensic_interview": ("бір рет жауап алу", "один опрос", "one forensic interview"),
    "clock.preserve_evidence": ("дәлелдерді сақтау", "сохранить доказательства", "preserve evidence"),
    "clock.take_down": ("желіден алып тастау", "удаление из сети", "take-down"),
    "clock.safety_plan": ("екінші ата-ананың қауіпсіздік жоспары", "план безопасности второго родителя", "safety plan of the other parent"),
    "clock.meet_parents": ("барлық тараптың ата-анасымен кездесу", "встреча с родителями всех сторон", "meet the parents of all sides"),
    "clock.check_siblings": ("отбасындағы басқа балаларды тексеру", "проверить других детей семьи", "check the siblings"),
    "clock.screen_others": ("мекемедегі басқа балаларды тексеру", "проверить других детей учреждения", "screen the other children there"),
    "clock.first_follow_up": ("бірінші қайта қарау", "первое повторное наблюдение", "first follow-up"),
    "clock.second_follow_up": ("екінші қайта қарау", "второе повторное наблюдение", "second follow-up"),
    "clock.third_follow_up": ("үшінші қайта қарау", "третье повторное наблюдение", "third follow-up"),
    "clock.service_decision": ("қызмет туралы шешім", "решение об услуге", "decide on the service"),
    "clock.dispute": ("дауды шешу", "разрешить спор", "decide the dispute"),
    "clock.answer_escalation": ("ескертуге жауап беру", "ответить на эскалацию", "answer the escalation"),
}  # fmt: skip
KK, RU, EN = ({key: words[place] for key, words in _WORDS.items()} for place in range(3))
