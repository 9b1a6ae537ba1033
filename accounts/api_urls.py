from django.urls import path

from accounts import api

urlpatterns = [
    path("", api.root, name="root"),
    path("auth/codes/", api.codes, name="auth-codes"),
    path("auth/tokens/", api.tokens, name="auth-tokens"),
    path("regions/", api.regions, name="regions"),
    path("appointments/", api.appointments, name="appointments"),
    path("appointments/<int:pk>/end/", api.end_appointment, name="appointment-end"),
]
