from django.urls import path

from donors import api, api_cases

urlpatterns = [
    path("needs/<int:pk>/pledges/", api.pledge_to, name="need-pledges"),
    path("pledges/", api.pledges, name="pledges"),
    path("pledges/<int:pk>/", api.pledge, name="pledge"),
    *(
        path(f"pledges/<int:pk>/{move.action}/", api.door(move), name=f"pledge-{move.action}")
        for move in api.MOVES
    ),
    *api_cases.urlpatterns,
    path("certificates/<slug:token>/", api.certificate, name="certificate"),
]
