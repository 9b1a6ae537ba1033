from django.urls import path

from accounts.views import badges, contacts, enter, me, office, offline, outbox, posts, referrals, vacancies

app_name = "accounts"
urlpatterns = [
    path("accounts/enter/", enter.phone, name="enter"),
    path("accounts/enter/code/", enter.code, name="code"),
    path("accounts/leave/", enter.leave, name="leave"),
    path("accounts/post/", posts.ask, name="post"),
    path("accounts/post/<int:pk>/take-back/", posts.take_back, name="post-take-back"),
    path("me/", me.home, name="me"),
    path("me/profile/", me.profile, name="profile"),
    path("me/referral/", referrals.mine, name="referral"),
    path("me/badge/", badges.mine, name="badge"),
    path("b/<str:token>/", badges.check, name="badge-check"),
    path("r/<slug:code>/", referrals.come_in, name="come-in"),
    path("me/messages/", me.messages, name="messages"),
    path("outbox/", outbox.page, name="outbox"),
    path("sw.js", offline.worker, name="worker"),
    path("offline/", offline.page, name="offline"),
    path("outbox/token/", outbox.token, name="outbox-token"),
    path("contacts/", contacts.index, name="contacts"),
    path("elder/", me.elder, name="elder"),
    path("office/appointments/", office.appointments, name="appointments"),
    path("office/appointments/applications/", posts.queue, name="post-queue"),
    path("office/appointments/applications/<int:pk>/", posts.decide, name="post-decide"),
    path("office/appointments/new/", office.appoint, name="appoint"),
    path("office/appointments/roster/", vacancies.register, name="roster"),
    path("office/appointments/roster.xlsx", vacancies.register_sheet, name="roster-sheet"),
    path("office/appointments/<int:pk>/", office.detail, name="appointment"),
    path("office/vacancies/", vacancies.index, name="vacancies"),
]
