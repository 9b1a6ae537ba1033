from django.urls import path

from fupin.demo import views

urlpatterns = [
    path("demo/", views.personas, name="demo"),
    path("demo/enter/", views.enter, name="demo-enter"),
    path("demo/inbox/", views.inbox, name="demo-inbox"),
    path("demo/statements/", views.statements, name="demo-statements"),
    path("demo/statements/<slug:layout>/", views.statement_file, name="demo-statement"),
    path("styleguide/", views.styleguide, name="styleguide"),
]
