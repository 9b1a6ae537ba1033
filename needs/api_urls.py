from django.urls import path

from needs import api, api_gates

urlpatterns = [
    path("needs/", api.needs, name="needs"),
    path("needs/<int:pk>/", api.need, name="need"),
    *api_gates.urlpatterns,
    path("households/", api.households, name="households"),
]
