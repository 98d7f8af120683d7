# The commands of the portal. `make help` lists them; the README explains the two that matter.
#
# Variables on the command line reach the portal as its environment: make serve PORT=8001, make test DATABASE_URL=…

SHELL := /bin/sh
.ONESHELL:
.SILENT:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?=
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
# Megabytes that an installation of packages may need (measured: 330, with those for development 900).
SPACE := 1000
PORTAL_TOOLS ?= var/tools
export PORTAL_TOOLS PIP_DISABLE_PIP_VERSION_CHECK := 1

# Makes .venv and installs a lock into it, but only when the lock or the Python changed: install LOCK STAMP
define begin
set -e
trap 'echo; echo Stopped.; exit 130' INT
fail() { echo "$$*" >&2; exit 1; }
suits() { "$$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' >/dev/null 2>&1; }
# What an interrupted installation leaves is made anew: .venv holds .made once it is whole, and .installing while packages come in.
whole() { suits $(BIN)/python && [ ! -e $(VENV)/.installing ] && { [ -e $(VENV)/.made ] || [ -e $(VENV)/.requirements-stamp ] || [ -e $(VENV)/.requirements-dev-stamp ]; }; }
alone() {
    command -v flock >/dev/null || return 0
    exec 9<Makefile
    flock -n 9 || { echo "Another command installs packages here; waiting for it …"; flock 9; }
}
install() {
    alone
    python= without_venv=
    for name in $(if $(PYTHON),$(PYTHON),python3.13 python3.12 python3.11 python3); do
        suits "$$name" || continue
        if "$$name" -c 'import venv, ensurepip' >/dev/null 2>&1; then python=$$name; break; fi
        without_venv=$$name
    done
    if [ -n "$(PYTHON)" ] || ! whole; then
        if [ -z "$$python" ] && [ -n "$$without_venv" ]; then
            fail "$$without_venv lacks the module venv. Debian and Ubuntu have it in the package $$without_venv-venv."
        fi
        [ -n "$$python" ] || fail "No Python 3.11, 3.12 or 3.13 found$(if $(PYTHON), as $(PYTHON)). Install one, or name it: make serve PYTHON=/path/to/python3"
    fi
    "$${python:-$(BIN)/python}" -m portal.settings.environment || exit 2
    if [ -n "$(PYTHON)" ] || ! whole; then
        if ! whole || [ "$$($(BIN)/python -VV)" != "$$("$$python" -VV)" ]; then
            echo "Making .venv with $$("$$python" -V) …"
            rm -f $(VENV)/.made
            log=$$("$$python" -m venv --clear $(VENV) 2>&1) || fail "The folder .venv could not be made: $$(echo "$$log" | tail -n 1)"
            : > $(VENV)/.made
        fi
    fi
    state=$$($(BIN)/python -c 'import hashlib, pathlib, sys; print(hashlib.sha256(pathlib.Path(sys.argv[1]).read_bytes() + sys.version.encode()).hexdigest())' "$$1")
    if [ "$$(cat $(VENV)/"$$2" 2>/dev/null)" != "$$state" ]; then
        free=$$(df -Pk . | awk 'NR == 2 { print int($$4 / 1024) }')
        [ "$$free" -ge $(SPACE) ] || fail "The packages need $(SPACE) MB in this folder, and $$free MB are left; make room."
        echo "Installing $$1 into .venv; the first time it takes a minute or two …"
        : > $(VENV)/.installing
        if ! $(BIN)/python -m pip install -qq --no-input --require-hashes --only-binary :all: -r "$$1"; then
            # pip itself takes back what it could not finish; only a kill leaves half a package.
            rm -f $(VENV)/.installing
            fail "The packages of $$1 could not be installed; pip says why above."
        fi
        echo "$$state" > $(VENV)/"$$2".new
        mv $(VENV)/"$$2".new $(VENV)/"$$2"
        rm -f $(VENV)/.installing
    fi
    exec 9<&-
}
endef

.PHONY: help serve prepare password backup restore upgrade test test-faults fuzz dev lint services tools lighthouse check-all bench bench-data bench-scale bench-search bench-serving bench-caches bench-memory bench-moves bench-peers bench-start bench-translation bench-wire load-pages mutants sbom advisories messages lock

help: ## list the commands
	sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 20

serve: ## install, migrate, load the content where needed, and serve the portal at http://127.0.0.1:8000/
	$(begin)
	install requirements.txt .requirements-stamp
	exec $(BIN)/python manage.py serve

prepare: ## everything that serve does before it serves; then accounts can be made
	$(begin)
	install requirements.txt .requirements-stamp
	exec $(BIN)/python manage.py serve --prepare

password: ## a new password for the demo accounts
	$(begin)
	install requirements.txt .requirements-stamp
	exec $(BIN)/python manage.py demo_password

backup: ## save database and media, while the portal serves; ARGS='--to /mnt/backups'
	$(begin)
	install requirements.txt .requirements-stamp
	exec $(BIN)/python manage.py backup $(ARGS)

restore: ## the portal as the newest backup holds it, or another: ARGS='2026-11-29T030000Z --overwrite', ARGS=--prove
	$(begin)
	install requirements.txt .requirements-stamp
	exec $(BIN)/python manage.py restore $(ARGS)

upgrade: ## after new code: a backup, the migrations, a check, and back by itself if that fails; also while it serves
	$(begin)
	install requirements.txt .requirements-stamp
	exec $(BIN)/python manage.py upgrade $(ARGS)

dev: ## development server with DEBUG and reload, on the same state folder
	$(begin)
	install requirements-dev.txt .requirements-dev-stamp
	export DJANGO_SETTINGS_MODULE=portal.settings.dev
	$(BIN)/python manage.py serve --prepare
	exec $(BIN)/python manage.py runserver "$${HOST:-127.0.0.1}:$${PORT:-8000}"

test: ## the test suite; ARGS='-k slugs' passes options, DATABASE_URL=postgres://… changes the database
	$(begin)
	install requirements-dev.txt .requirements-dev-stamp
	exec $(BIN)/python -m pytest -n 2 $(ARGS)

pictures: ## the pictures of the README's ten minutes and of the documents for translators, made by the browser tests that walk them
	$(begin)
	install requirements-dev.txt .requirements-dev-stamp
	PORTAL_PICTURES=docs/pictures exec $(BIN)/python -m pytest -n 0 -q tests/journeys/test_ten_minutes.py \
		tests/journeys/test_desk_story.py -k "six_steps or changed_german or wrong_now"

fuzz: ## odd input for the search, as many cases as FUZZ_EXAMPLES says (200,000)
	$(begin)
	install requirements-dev.txt .requirements-dev-stamp
	export FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-200000}
	exec $(BIN)/python -m pytest -n 2 tests/search/test_fuzz.py $(ARGS)

mutants: ## faults in the code that the tests should notice; ARGS='pages --sample 20 --seed 7'
	$(begin)
	install requirements-dev.txt .requirements-dev-stamp
	$(BIN)/python -m pip install -qq --no-input --require-hashes --no-deps -r tests/tools/requirements-mutants.txt
	exec $(BIN)/python -m tests.tools.mutants $(ARGS)

test-faults: ## what goes wrong while the portal is served (docs/reliability.md); also with DATABASE_URL=postgres://…
	$(begin)
	install requirements-dev.txt .requirements-dev-stamp
	exec $(BIN)/python -m pytest -n 0 -m "faults or long" $(ARGS)

check-all: ## axe on every page of the portal, light and dark, wide and narrow
	$(begin)
	install requirements-dev.txt .requirements-dev-stamp
	exec $(BIN)/python -m pytest -n 2 -m check_all $(ARGS)

lighthouse: ## Lighthouse on one page of each type in German and Arabic (median of 5; ARGS='--runs 1 /de/')
	$(begin)
	install requirements-dev.txt .requirements-dev-stamp
	exec $(BIN)/python -m tests.tools.lighthouse $(ARGS)

bench: ## what pages cost here and at another commit: make bench BASE=<commit>, ARGS='--rounds 9'
	$(begin)
	install requirements-dev.txt .requirements-dev-stamp
	exec $(BIN)/python -m tests.tools.bench $(BASE) $(ARGS)

bench-search: ## how good, fast and large the search is; ARGS='--quick', ARGS='--only quality', ARGS='--sizes 1000,10000'
	$(begin)
	install requirements-dev.txt .requirements-dev-stamp
	exec $(BIN)/python -m tests.tools.bench_search $(ARGS)

load-pages: ## N news items in German and in English for a prepared portal on PostgreSQL, to try what grows: make load-pages N=100000
	$(begin)
	install requirements-dev.txt .requirements-dev-stamp
	exec $(BIN)/python -m tests.tools.load_pages $(N)

bench-scale: ## CPU of pages, lists, feeds, search, admin with 100 and with N items, in copies of a prepared portal on PostgreSQL (fails above 1.5 times)
	$(begin)
	install requirements-dev.txt .requirements-dev-stamp
	exec $(BIN)/python -m tests.tools.bench_scale $(N) $(ARGS)

bench-data: ## queries, CPU and HTML of data sets with 50 years × 30 rows, and what their charts add to it (fails above limits)
	$(begin)
	install requirements-dev.txt .requirements-dev-stamp
	PORTAL_VAR="$${PORTAL_VAR:-var}" exec $(BIN)/python -m tests.tools.bench_data $(ARGS)

bench-moves: ## what a slug and a move cost above N pages (10,000), in a copy of a prepared portal on PostgreSQL (fails above a second of CPU)
	$(begin)
	install requirements-dev.txt .requirements-dev-stamp
	exec $(BIN)/python -m tests.tools.bench_moves $(N) $(ARGS)

bench-memory: ## megabytes of all processes after 5,000 public requests, 5,000 more and 500 of the admin (fails above its limits)
	$(begin)
	install requirements-dev.txt .requirements-dev-stamp
	exec $(BIN)/python -m tests.tools.bench_memory "$${PORTAL_VAR:-var}" $(ARGS)

bench-serving: ## what answers cost a portal that make serve serves, alone and beside clients that stall; ARGS='http://127.0.0.1:8001'
	$(begin)
	install requirements-dev.txt .requirements-dev-stamp
	exec $(BIN)/python -m tests.tools.bench_serving $(ARGS)

bench-peers: ## what a kept page costs beside the shortest applications, nginx and Django's cache, in rounds that take turns
	$(begin)
	install requirements-dev.txt .requirements-dev-stamp
	exec $(BIN)/python -m tests.tools.bench_peers "$${PORTAL_VAR:-var}" $(ARGS)

bench-caches: ## whether the known page caches are true after a publication, and what they cost; takes some minutes
	$(begin)
	install requirements-dev.txt .requirements-dev-stamp
	exec $(BIN)/python -m tests.tools.bench_caches "$${PORTAL_VAR:-var}" $(ARGS)

bench-start: ## seconds of CPU that a first start takes, part by part (fails above what was promised)
	$(begin)
	install requirements-dev.txt .requirements-dev-stamp
	exec $(BIN)/python -m tests.tools.bench_start $(ARGS)

bench-translation: ## what ordering and updating translations costs, beside wagtail-localize as it comes; ARGS='--pages 200 --stock-pages 20'
	$(begin)
	install requirements-dev.txt .requirements-dev-stamp
	exec $(BIN)/python -m tests.tools.bench_translation $(ARGS)

bench-wire: ## bytes of HTML at every address; first view and layout shift of one of each kind, with ARGS=--all of each (fails above limits)
	$(begin)
	install requirements-dev.txt .requirements-dev-stamp
	exec $(BIN)/python -m tests.tools.bench_wire $(ARGS)

sbom: ## write what the portal is made of to var/sbom.json (CycloneDX); fails where a licence is not on the list
	$(begin)
	install requirements-dev.txt .requirements-dev-stamp
	exec $(BIN)/python -m tests.tools.sbom $(ARGS)

advisories: ## ask osv.dev what is known against the packages of the lock; needs a network
	$(begin)
	install requirements-dev.txt .requirements-dev-stamp
	exec $(BIN)/python -m tests.tools.sbom --advisories $(ARGS)

lint: ## ruff, layers, types, djlint, migrations, message catalogs, deployment check
	$(begin)
	install requirements-dev.txt .requirements-dev-stamp
	lint() { echo "$$1 …"; shift; "$$@" || failed=1; }
	failed=
	export PORTAL_VAR=$$(mktemp -d)
	said=$$(mktemp)
	trap 'rm -rf "$$PORTAL_VAR" "$$said"' EXIT
	# Beside the others: a machine has more than one core.
	$(BIN)/mypy --no-error-summary >"$$said" 2>&1 & types=$$!
	lint "ruff" $(BIN)/ruff check --quiet .
	lint "layers" $(BIN)/lint-imports --no-cache
	lint "djlint" $(BIN)/djlint --lint --quiet templates translation/templates
	lint "migrations" $(BIN)/python manage.py makemigrations --check --dry-run
	lint "message catalogs" $(BIN)/python -m tests.tools.messages --check
	lint "deployment check" env PORTAL_URL=https://portal.example $(BIN)/python manage.py check --deploy --fail-level WARNING
	echo "types …"
	wait "$$types" || failed=1
	cat "$$said"
	[ -z "$$failed" ] || fail "Lint found something."
	echo "Lint found nothing."

messages: ## collect the texts for translation into locale/ and compile the catalogs (needs gettext)
	$(begin)
	install requirements-dev.txt .requirements-dev-stamp
	exec $(BIN)/python -m tests.tools.messages $(ARGS)

lock: ## compile requirements.txt and requirements-dev.txt from pyproject.toml
	$(begin)
	install requirements-dev.txt .requirements-dev-stamp
	# lock FILE WHAT IT IS, ARGUMENTS …
	lock() {
	    file=$$1 what=$$2; shift 2
	    $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header "$$@" -o "$$file"
	    sed -i "1i # $$what Made from pyproject.toml by \`make lock\`; not edited by hand." "$$file"
	}
	lock requirements.txt "The packages that an installation of the portal needs, each with its hashes."
	lock requirements-dev.txt "The same with the packages for development: tests, lint, measurements." --extra dev -c requirements.txt
	lock tests/tools/requirements-mutants.txt "What make mutants needs beside them." --extra dev --extra mutants -c requirements-dev.txt

tools: ## install the test tools that come from npm (axe-core, Nu checker, Lighthouse) into var/tools
	set -e
	command -v npm >/dev/null || { echo "npm is missing. On Debian: apt-get install nodejs npm" >&2; exit 1; }
	mkdir -p "$(PORTAL_TOOLS)"
	cp tests/tools/package.json tests/tools/package-lock.json "$(PORTAL_TOOLS)/"
	cd "$(PORTAL_TOOLS)"
	PUPPETEER_SKIP_DOWNLOAD=1 npm ci --ignore-scripts --no-audit --no-fund --loglevel=error $(NPM_ARGS)
	echo "The test tools lie in $(PORTAL_TOOLS)."

services: ## (root, Debian) install and start PostgreSQL and Redis for the tests that want them
	set -e
	fail() { echo "$$*" >&2; exit 1; }
	[ "$$(id -u)" = 0 ] || fail "make services installs packages and starts servers: it must run as root."
	command -v apt-get >/dev/null || fail "make services knows only Debian; start PostgreSQL and Redis yourself."
	export DEBIAN_FRONTEND=noninteractive
	if ! command -v pg_ctlcluster >/dev/null || ! command -v redis-server >/dev/null; then
	    echo "Installing PostgreSQL and Redis …"
	    apt-get -qq -o DPkg::Lock::Timeout=600 update
	    apt-get -qq -o DPkg::Lock::Timeout=600 install -y --no-install-recommends postgresql redis-server >/dev/null
	fi
	cluster=$$(pg_lsclusters --no-header | head -n 1)
	[ -n "$$cluster" ] || fail "There is no PostgreSQL cluster; make one with pg_createcluster."
	set -- $$cluster
	if [ "$$4" != online ]; then echo "Starting PostgreSQL $$1 …"; pg_ctlcluster "$$1" "$$2" start; fi
	database_port=$$3
	as_postgres() { ( cd / && runuser -u postgres -- psql -p "$$database_port" -qtAX -v ON_ERROR_STOP=1 "$$@" ); }
	for _ in 1 2 3 4 5 6 7 8 9 10; do as_postgres -c 'SELECT 1' >/dev/null 2>&1 && break; sleep 1; done
	if [ -z "$$(as_postgres -c "SELECT 1 FROM pg_roles WHERE rolname = 'portal'")" ]; then
	    as_postgres -c "CREATE ROLE portal LOGIN CREATEDB CREATEROLE PASSWORD 'portal'"
	fi
	as_postgres -c "ALTER ROLE portal WITH LOGIN CREATEDB CREATEROLE PASSWORD 'portal'"
	if [ -z "$$(as_postgres -c "SELECT 1 FROM pg_database WHERE datname = 'portal'")" ]; then
	    as_postgres -c "CREATE DATABASE portal OWNER portal"
	fi
	if ! redis-cli ping >/dev/null 2>&1; then
	    echo "Starting Redis …"
	    redis-server --daemonize yes --save '' --bind 127.0.0.1 >/dev/null
	fi
	echo "PostgreSQL: make test DATABASE_URL=postgres://portal:portal@127.0.0.1:$$database_port/portal"
	echo "Redis:      redis://127.0.0.1:6379/0"
