// SPDX-License-Identifier: Apache-2.0
/*
 * What is said when the hall refuses: one row per code, in Chinese and English, with what can be
 * done now.
 *
 * Invariant: each REFUSED_* has exactly one row; codes and names never change (pads and programs
 * know them). Texts are short, calm and free of jargon. Must not: format through printf, so that a
 * text can never be taken for more than one %d or %s.
 */
#include "daemon/hall/refusal.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const struct refusal_text texts[] = {
    {REFUSED_DAY_CLOSED,
     409,
     "day-closed",
     {"今天还没有开始营业", "No business day is open"},
     {"请等本日开始后再试。", "Wait until the day has begun, then try again."}},
    {REFUSED_DAY_OPEN,
     409,
     "day-open",
     {"今天已经开始营业", "The business day is open already"},
     {"无需再次开始。", "There is nothing to open."}},
    {REFUSED_PLAN_IN_USE,
     409,
     "plan-in-use",
     {"新设置里缺少正在使用的“%s”", "The new plan lacks “%s”, which is in use"},
     {"请保留它，或等本日结束后再改。", "Keep it, or change it after the day is closed."}},
    {REFUSED_TIME_PAST,
     422,
     "time-past",
     {"这个时间不可用", "That time cannot be used"},
     {"请选本日内一个更晚的时间。", "Choose a later time within the day."}},
    {REFUSED_NO_NOTICE,
     404,
     "no-notice",
     {"没有这条通知", "There is no such notice"},
     {"它可能已经撤下，请刷新。", "It may have been taken down already; look again."}},
    {REFUSED_TOO_MANY_NOTICES,
     409,
     "too-many-notices",
     {"通知已满 %d 条", "There are %d notices already"},
     {"请先撤下一条。", "Take one down first."}},
    {REFUSED_NO_ZONE,
     404,
     "no-zone",
     {"没有“%s”这个区域", "There is no zone “%s”"},
     {"请从列表中选择，或不选区域。", "Choose one from the list, or none."}},
    {REFUSED_NO_SERVICE,
     404,
     "no-service",
     {"没有“%s”这项业务", "There is no service “%s”"},
     {"请从列表中选择。", "Choose one from the list."}},
    {REFUSED_SERVICE_STOPPED,
     409,
     "service-stopped",
     {"“%s”暂停取号", "“%s” takes no new tickets for now"},
     {"已取的号有效；请咨询导办台。", "Tickets already taken stay valid; ask at the desk."}},
    {REFUSED_SERVICE_CLOSED,
     409,
     "service-closed",
     {"“%s”现在不在取号时间", "“%s” is closed at this hour"},
     {"请在开放时间再来。", "Come back during its opening hours."}},
    {REFUSED_SERVICE_FULL,
     409,
     "service-full",
     {"“%s”今天的号已取完", "“%s” has no tickets left today"},
     {"请改日再来，或咨询导办台。", "Come another day, or ask at the desk."}},
    {REFUSED_NO_CLASS,
     404,
     "no-class",
     {"没有“%s”这类号", "There is no class “%s”"},
     {"请从列表中选择。", "Choose one from the list."}},
    {REFUSED_REASON_NEEDED,
     422,
     "reason-needed",
     {"取这类号要选一个理由", "This class needs a reason"},
     {"请从列表中选一个理由。", "Choose a reason from the list."}},
    {REFUSED_NO_TICKET,
     404,
     "no-ticket",
     {"没有找到这个号", "There is no such ticket"},
     {"请核对号码。", "Check the number."}},
    {REFUSED_TICKET_ENDED,
     410,
     "ticket-ended",
     {"%s 号已经结束", "Ticket %s is over"},
     {"如仍要办理，请重新取号。", "Take a new ticket if you still need the service."}},
    {REFUSED_TICKET_STATE,
     409,
     "ticket-state",
     {"%s 号现在不能这样操作", "This is not possible for ticket %s now"},
     {"请刷新，看它现在的状态；如已叫到，请到窗口。",
      "Look at its present state; if it was called, go to the window."}},
    {REFUSED_DEFERRED_BEFORE,
     409,
     "deferred-before",
     {"这个号已经延后过了", "This ticket was put off before"},
     {"请按顺序等候，或咨询导办台。", "Please wait your turn, or ask at the desk."}},
    {REFUSED_CLASS_FOR_STAFF,
     403,
     "class-for-staff",
     {"这类号由导办台发放", "This class is given at the desk"},
     {"请到导办台取号。", "Ask for it at the desk."}},
    {REFUSED_NUMBERS_EXHAUSTED,
     409,
     "numbers-exhausted",
     {"号码已经用完", "There are no numbers left"},
     {"请咨询导办台。", "Ask at the desk."}},
    {REFUSED_HALL_FULL,
     503,
     "hall-full",
     {"今天的号太多，系统已满", "The hall can hold no more tickets today"},
     {"请咨询导办台。", "Ask at the desk."}},
    {REFUSED_NOT_MISSED,
     409,
     "not-missed",
     {"%s 号没有过号", "Ticket %s was not missed"},
     {"无需恢复，请看它现在的状态。", "It needs no return; look at its present state."}},
    {REFUSED_NO_WINDOW,
     404,
     "no-window",
     {"没有 %d 号窗口", "There is no window %d"},
     {"请核对窗口号。", "Check the window's number."}},
    {REFUSED_WINDOW_STATE,
     409,
     "window-state",
     {"窗口现在不能这样操作", "The window cannot do this in its present state"},
     {"请先完成或结束当前的操作。", "Complete what the window is doing first."}},
    {REFUSED_WINDOW_CHANGED,
     409,
     "window-changed",
     {"窗口状态刚刚变了", "The window has changed meanwhile"},
     {"请看清现在的状态再操作。", "Look at what it shows now, then decide again."}},
    {REFUSED_WINDOW_TAKEN,
     409,
     "window-taken",
     {"%d 号窗口已有人登录", "Somebody else is signed in at window %d"},
     {"请换一个窗口，或请对方先关闭窗口。", "Use another window, or ask them to close it first."}},
    {REFUSED_NOT_YOURS,
     409,
     "not-yours",
     {"%s 号在别的窗口", "Ticket %s is at another window"},
     {"请与那个窗口联系。", "Ask that window."}},
    {REFUSED_NOT_SERVED_HERE,
     409,
     "not-served-here",
     {"本窗口不办理“%s”", "This window does not serve “%s”"},
     {"请转到办理它的窗口。", "Transfer it to a window that does."}},
    {REFUSED_NOT_SIGNED_IN,
     403,
     "not-signed-in",
     {"没有人在这里登录", "Nobody is signed in there"},
     {"请先登录。", "Sign in first."}},
    {REFUSED_NO_REASON,
     422,
     "no-reason",
     {"请选一个列表中的理由", "A reason from the list is needed"},
     {"请选好理由再试。", "Choose a reason and try again."}},
    {REFUSED_DECISION_NEEDED,
     422,
     "decision-needed",
     {"不予受理须有书面决定的编号", "A refusal needs the number of the written decision"},
     {"请填写决定编号。", "Enter the decision's number."}},
    {REFUSED_TOO_LATE_TO_MEND,
     409,
     "too-late-to-mend",
     {"已经超过可以更正的时间", "It is too late to mend this"},
     {"请重新取号办理。", "Issue a new ticket instead."}},
    {REFUSED_NOBODY_WAITING,
     409,
     "nobody-waiting",
     {"没有人在等候", "Nobody is waiting"},
     {"有人取号后再叫。", "Call again when somebody has come."}},
    {REFUSED_RECALL_TOO_SOON,
     409,
     "recall-too-soon",
     {"重呼太快", "It is too soon to call again"},
     {"请等 %d 秒。", "Wait %d seconds."}},
    {REFUSED_RECALLS_USED,
     409,
     "recalls-used",
     {"已经重呼 %d 次", "It was called again %d times already"},
     {"可以过号，或把他退回队列。", "Mark it missed, or put it back into the line."}},
    {REFUSED_GRACE,
     409,
     "grace",
     {"还要给他一点时间", "The person still has time to come"},
     {"请再等 %d 秒，或重呼。", "Wait %d more seconds, or call again."}},
    {REFUSED_NOT_TOLD,
     409,
     "not-told",
     {"屏和喇叭都没有报出这次叫号", "No board or speaker has told this call"},
     {"请口头叫号、重呼，或退回队列。", "Call out, recall, or put it back into the line."}},
    {REFUSED_NO_CALL,
     404,
     "no-call",
     {"没有这次叫号", "That call is unknown"},
     {"无需处理。", "There is nothing to do."}},
    {REFUSED_NO_ASK,
     409,
     "no-ask",
     {"现在没有请求评价", "No rating is asked for now"},
     {"办结后可以评价。", "A rating can be given after the service."}},
    {REFUSED_ASK_OVER,
     410,
     "ask-over",
     {"评价时间已过", "The time to rate is over"},
     {"谢谢您。", "Thank you all the same."}},
    {REFUSED_RATED,
     409,
     "rated",
     {"已经评价过了", "It has been rated already"},
     {"谢谢您。", "Thank you."}},
    {REFUSED_LEVEL,
     422,
     "level",
     {"评价只能是 1 到 5", "A rating is from 1 to 5"},
     {"请重新选择。", "Choose again."}},
    {REFUSED_RATING_BY_STAFF,
     403,
     "rating-by-staff",
     {"评价不能由工作人员代按", "Staff cannot rate"},
     {"请由办事人自己评价。", "Let the citizen rate."}},
    {REFUSED_NO_DEVICE,
     404,
     "no-device",
     {"没有“%s”这台设备", "There is no device “%s”"},
     {"请核对设置。", "Check the hall's settings."}},
    {REFUSED_NOT_EXPECTED,
     409,
     "not-expected",
     {"“%s”不为这个窗口报号", "“%s” does not announce that window"},
     {"请核对设置。", "Check the hall's settings."}},
};

static const struct refusal_text general = {0,
                                            409,
                                            "refused",
                                            {"现在不能这样做", "This is not possible now"},
                                            {"请刷新后再试。", "Look again and retry."}};

const struct refusal_text *refusal_text(uint32_t code) {
    for (size_t at = 0; at < sizeof texts / sizeof *texts; at++) {
        if (texts[at].code == code)
            return &texts[at];
    }
    return &general;
}

struct line_out {
    char *out;
    size_t room, length;
};

// A text that does not fit ends at a whole UTF-8 character.
static void add(struct line_out *to, const char *text, size_t length) {
    size_t left = to->room - 1 - to->length;
    if (length > left) {
        length = left;
        while (length && ((unsigned char)text[length] & 0xc0) == 0x80)
            length--;
        to->room = to->length + length + 1; // nothing more is added
    }
    memcpy(to->out + to->length, text, length);
    to->length += length;
    to->out[to->length] = 0;
}

static void add_filled(struct line_out *to, const char *text, const struct refusal *refusal) {
    const char *gap = strchr(text, '%');
    char amount[16];
    if (!gap) {
        add(to, text, strlen(text));
        return;
    }
    snprintf(amount, sizeof amount, "%d", (int)refusal->amount);
    const char *value = gap[1] == 'd' ? amount : refusal->what;
    add(to, text, (size_t)(gap - text));
    add(to, value, strnlen(value, sizeof refusal->what));
    add(to, gap + 2, strlen(gap + 2));
}

void refusal_title(const struct refusal *refusal, int language, char *out, size_t room) {
    const struct refusal_text *text = refusal_text(refusal->code);
    struct line_out to = {out, room, 0};
    if (!room)
        return;
    out[0] = 0;
    add_filled(&to, language == 1 ? text->title.en : text->title.zh, refusal);
}

void refusal_say(const struct refusal *refusal, int language, char *out, size_t room) {
    const struct refusal_text *text = refusal_text(refusal->code);
    struct line_out to = {out, room, 0};
    bool english = language == 1;
    if (!room)
        return;
    out[0] = 0;
    add_filled(&to, english ? text->title.en : text->title.zh, refusal);
    add(&to, english ? ". " : "。", strlen(english ? ". " : "。"));
    add_filled(&to, english ? text->advice.en : text->advice.zh, refusal);
}
