"""Addresses: the admin and files without a language, everything that visitors read below the language's prefix."""

from __future__ import annotations

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.admin.auth import require_admin_access
from wagtail.documents import urls as wagtaildocs_urls

from portal.accounts import views as accounts
from portal.accounts.settings_panels import AccountView
from portal.discovery import llms, qr_codes, sitemaps, social
from portal.http import sending, sharing, views
from portal.uploads import views as uploads

handler400 = "portal.http.views.bad_request"
handler403 = "portal.http.views.permission_denied"
handler404 = "portal.http.views.page_not_found"
handler500 = "portal.http.views.server_error"

urlpatterns = [
    path("", views.choose_language, name="choose_language"),
    # Before Wagtail's own patterns, which stay for reversing.
    path("admin/account/", require_admin_access(AccountView.as_view())),
    path("admin/password_reset/", accounts.PasswordResetView.as_view()),
    path("admin/password_reset/confirm/<uidb64>/<token>/", accounts.PasswordResetConfirmView.as_view()),
    path("admin/", include("portal.admin.urls")),
    path("admin/", include(wagtailadmin_urls)),
    # Before Wagtail's own pattern, which stays for reversing and for its other address.
    path("documents/<int:document_id>/<path:document_filename>", uploads.document),
    path("documents/authenticate_with_password/<int:restriction_id>/", accounts.collection_password),
    path("documents/", include(wagtaildocs_urls)),
    path("api/v2/", include("portal.discovery.api")),
    path("favicon.ico", views.favicon),
    path("qr.svg", qr_codes.draw, name="qr_code"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
    re_path(r"^s/(?P<number>[0-9a-z]{1,12})$", sending.follow, name="short"),
    path("llms.txt", llms.show, name="llms"),
    path("robots.txt", sitemaps.robots, name="robots"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-<str:code>-<int:part>.xml", sitemaps.of_language, name="sitemap_of_language"),
    path("sitemap-<str:code>.xml", sitemaps.of_language, name="sitemap_of_language"),
]

# The production server hands out uploaded files too, so that one process is enough; a web server in front may take over.
urlpatterns += [
    path(f"{settings.MEDIA_URL.strip('/')}/<path:path>", uploads.media, name="media"),
    path(f"{settings.STATIC_URL.strip('/')}/<path:path>", views.no_static_file),
]

if settings.DEBUG:
    urlpatterns += i18n_patterns(path("komponenten/", views.components, name="components"))

urlpatterns += i18n_patterns(
    path("", include("search.urls")),
    path("", include("portal.listing.urls")),
    path("", include("work.urls")),
    path("", include("research.urls")),
    re_path(r"^og/(?P<page_id>[0-9]{1,18})-(?P<digest>[0-9a-f]{16})\.png$", social.picture, name="social_picture"),
    re_path(r"^_util/send/(?P<number>[0-9a-z]{1,12})/$", sending.show, name="send"),
    path("_util/read-aloud/", views.read_aloud, name="read_aloud"),
    path("_util/shared/<str:token>/", sharing.show, name="shared_draft"),
    path("_util/login/", accounts.LoginView.as_view()),
    path("_util/password/", accounts.ChangePasswordView.as_view(), name="change_password"),
    path("_util/second-factor/", accounts.SecondFactorView.as_view(), name="second_factor"),
    path("_util/authenticate_with_password/<int:page_view_restriction_id>/<int:page_id>/", accounts.page_password),
    re_path(r"^((?!_util/)(?:[\w\-]+/)*[\w\-]+)\.md$", views.serve_markdown, name="markdown"),
    # Before Wagtail's own pattern for pages, which stays for reversing and for its other addresses (`_util/`: signing in).
    re_path(r"^((?!_util/)(?:[\w\-]+/)*)$", views.serve_page),
    path("", include(wagtail_urls)),
)
