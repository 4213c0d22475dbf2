# SPDX-License-Identifier: Apache-2.0
# Jiaohao: one Makefile for everything. `make help` lists what it can do.
#
# A room (folder of C) becomes an archive; a unit test links only the archives its room may know,
# so that a wrong dependency fails to link. Variants build side by side: build/<variant>/.

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.SECONDEXPANSION:
.DEFAULT_GOAL := all

SAN ?=
CC := $(if $(SAN),clang,gcc)
, := ,
VARIANT := $(if $(SAN),$(subst $(,),-,$(SAN)),plain)
B ?= build/$(VARIANT)
V ?=
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-6s %s\n' $(1) $(2))

VERSION := $(shell cat VERSION 2>/dev/null)
PKGS := libevent libevent_pthreads sqlite3 libmosquitto jansson libfyaml libsodium libsystemd \
        libserialport alsa sndfile soxr libebur128
# Recursive on purpose: pkg-config is asked after `make deps` has installed what it needs.
PKG_CFLAGS = $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS = $(shell pkg-config --libs $(PKGS) 2>/dev/null)

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 \
        -Wswitch-enum $(if $(CI),-Werror)
OPT := $(if $(SAN),-O1 -fno-omit-frame-pointer,-O2 -D_FORTIFY_SOURCE=2)
CFLAGS ?= -g
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE -DJIAOHAO_VERSION='"$(VERSION)"' -I. -I$(B) $(WARN) $(OPT) \
             -fPIE -fstack-protector-strong -pthread $(if $(SAN),-fsanitize=$(SAN)) \
             $(if $(filter undefined,$(subst $(,), ,$(SAN))),-fno-sanitize-recover=undefined) \
             $(PKG_CFLAGS) $(CFLAGS)
ALL_LDFLAGS = -pie -pthread -Wl,-z,relro,-z,now -Wl,--as-needed $(if $(SAN),-fsanitize=$(SAN)) \
              $(LDFLAGS)

# --- rooms: what each may know -----------------------------------------------------------------
KNOWS_common   := common
KNOWS_hall     := hall
KNOWS_plan     := plan hall common
KNOWS_records  := records hall common
KNOWS_forecast := forecast hall
KNOWS_wire     := wire forecast hall
KNOWS_journal  := journal records hall common
KNOWS_daemon   := daemon journal plan records hall common
KNOWS_tell     := tell wire forecast daemon journal plan records hall common
KNOWS_web      := web wire forecast daemon journal plan records hall common
KNOWS_cli      := cli daemon journal plan records hall common
KNOWS_display  := display common
KNOWS_audio    := audio common
KNOWS_hardware := hardware common
HALL_ROOMS := common hall plan records forecast wire journal daemon tell web
ROOMS := $(HALL_ROOMS) cli display audio hardware

DIR_common := common
$(foreach r,hall plan records forecast wire journal tell web cli,$(eval DIR_$(r) := daemon/$(r)))
DIR_daemon := daemon
DIR_display := display/led
DIR_audio := audio
DIR_hardware := hardware
MAINS := daemon/main.c daemon/app.c daemon/cli/main.c display/led/main.c audio/main.c hardware/main.c

src_of = $(filter-out $(MAINS),$(wildcard $(DIR_$(1))/*.c))
obj = $(patsubst %.c,$(B)/obj/%.o,$(1))
libs = $(foreach r,$(1),$(B)/lib/$(r).a)
group = -Wl,--start-group $(call libs,$(1)) -Wl,--end-group

# --- programs ----------------------------------------------------------------------------------
PROGRAMS := $(B)/jiaohaod $(B)/jiaohao $(B)/jiaohao-display $(B)/jiaohao-audio $(B)/jiaohao-hardware

.PHONY: all
all: $(PROGRAMS) ## build the programs

$(B)/jiaohaod: $(call obj,daemon/main.c daemon/app.c) $(call libs,$(HALL_ROOMS))
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(call obj,daemon/main.c daemon/app.c) \
	    $(call group,$(HALL_ROOMS)) $(PKG_LIBS)

$(B)/jiaohao: $(call obj,daemon/cli/main.c) $(call libs,$(KNOWS_cli))
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(call obj,daemon/cli/main.c) $(call group,$(KNOWS_cli)) $(PKG_LIBS)

# jiaohao-ROOM: a device program, its main file and the room it is named after.
define device_rule
$(B)/jiaohao-$(1): $(call obj,$(DIR_$(1))/main.c) $(call libs,$(KNOWS_$(1)))
	$(call say,LINK,$$@)
	$$(Q)$$(CC) $$(ALL_LDFLAGS) -o $$@ $$< $(call group,$(KNOWS_$(1))) $$(PKG_LIBS) -lm
endef
$(foreach r,display audio hardware,$(eval $(call device_rule,$(r))))

# --- voices ------------------------------------------------------------------------------------
.PHONY: voices
voices: $(B)/voices/.made ## render the default voice packs and the chime
all: voices
$(B)/chime: tools/chime.c | deps
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< $$(pkg-config --libs sndfile) -lm
$(B)/voices/.made: tools/voices.sh $(wildcard audio/voices/*/*) $(B)/chime | deps
	$(call say,VOICES,audio/voices)
	$(Q)mkdir -p $(@D)
	$(Q)tools/voices.sh audio/voices $(@D)
	$(Q)$(B)/chime $(@D)/chime.wav
	$(Q)touch $@

define room_rule
$(B)/lib/$(1).a: $(call obj,$(call src_of,$(1))) $(if $(filter web,$(1)),$(B)/obj/assets.o)
	@mkdir -p $$(@D)
	@rm -f $$@
	$$(Q)ar rcs $$@ $$^
endef
$(foreach r,$(ROOMS),$(eval $(call room_rule,$(r))))

$(B)/obj/%.o: %.c VERSION | deps
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# Pages are served from a table inside the program, never from a path made of a request.
ASSETS = $(shell find display/web -type f ! -name '*.test.mjs' ! -name '*.md' 2>/dev/null | LC_ALL=C sort)
$(B)/assets.c: tools/embed.sh $(ASSETS)
	@mkdir -p $(@D)
	$(call say,EMBED,display/web)
	$(Q)tools/embed.sh display/web > $@
$(B)/obj/assets.o: $(B)/assets.c | deps
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

-include $(shell find $(B)/obj $(B)/test -name '*.d' 2>/dev/null)

# --- unit tests --------------------------------------------------------------------------------
UNIT_SRC := $(wildcard tests/unit/*/test_*.c)
UNIT := $(patsubst tests/unit/%.c,$(B)/test/%,$(UNIT_SRC))
room_of = $(patsubst %/,%,$(dir $(patsubst $(B)/test/%,%,$(1))))

$(B)/test/%: tests/unit/%.c $$(call libs,$$(KNOWS_$$(call room_of,$$@))) | deps
	@mkdir -p $(@D)
	$(call say,TEST,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP $(ALL_LDFLAGS) -o $@ $< \
	    $(call group,$(KNOWS_$(call room_of,$@))) $(PKG_LIBS) -lcmocka -lm

.PHONY: unit
unit: $(UNIT) ## build and run the unit tests (SAN=address,undefined or SAN=thread; ROOM=hall)
	$(Q)tools/run-units.sh $(if $(ROOM),$(filter $(B)/test/$(ROOM)/%,$(UNIT)),$(UNIT))

.PHONY: unit-room
unit-room: $$(filter $(B)/test/$(ROOM)/%,$(UNIT)) ## the same for one ROOM only, building nothing else
	$(Q)tools/run-units.sh $^

# --- what must be there ------------------------------------------------------------------------
.PHONY: deps deps-test deps-lint
deps: ## install the Debian packages that are missing to build and run
	@tools/deps.sh build run
deps-test: deps
	@tools/deps.sh test
	@tools/npm.sh
deps-lint: deps
	@tools/deps.sh lint

# --- running -----------------------------------------------------------------------------------
.PHONY: run
run: all ## start a demo hall on loopback (Ctrl-C stops it)
	$(Q)tools/demo.sh $(B)

# --- tests -------------------------------------------------------------------------------------
.PHONY: test system browser
test: deps-test ## install what is missing and run every test
	$(Q)tools/test.sh
system: all ## system tests: the real programs, a real broker
	$(Q)BUILD=$(abspath $(B)) /usr/bin/python3 -m pytest -q tests/system $(PYTEST)
browser: all ## pages in Chromium against the real programs
	$(Q)BUILD=$(abspath $(B)) node --test tests/browser/

# --- speed -------------------------------------------------------------------------------------
BENCH := $(patsubst tests/bench/%.c,$(B)/bench/%,$(wildcard tests/bench/bench_*.c))

.PHONY: bench
bench: deps-test $(BENCH) ## figures of this machine (ratios within one run are what counts)
	$(Q)for program in $(BENCH); do $$program || exit 1; done

$(B)/bench/%: tests/bench/%.c $(call libs,$(KNOWS_daemon)) | deps
	@mkdir -p $(@D)
	$(call say,BENCH,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< $(call group,$(KNOWS_daemon)) $(PKG_LIBS) -lcmocka

# --- lint --------------------------------------------------------------------------------------
.PHONY: lint compile_commands.json
lint: deps-lint compile_commands.json ## style, static analysis, folder rule, shell, man pages, units
	$(Q)tools/lint.sh
compile_commands.json: ## for clangd and clang-tidy
	$(Q)tools/compile-commands.sh $(ALL_CFLAGS) > $@

.PHONY: help clean
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:[^#]*## /\t/' | sort | \
	    awk -F'\t' '{printf "  make %-10s %s\n", $$1, $$2}'
clean: ## remove everything built
	rm -rf build compile_commands.json

# --- hostile bytes -----------------------------------------------------------------------------
# tests/fuzz/fuzz_NAME.c with its seeds in tests/fuzz/NAME/; what it finds is kept in build/fuzz.
FUZZ_SECONDS ?= 20
FUZZ := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))

.PHONY: fuzz fuzz-run
fuzz: deps-lint ## feed hostile bytes to what reads from outside (FUZZ_SECONDS=20 each)
	$(Q)$(MAKE) --no-print-directory SAN=fuzzer-no-link,address,undefined B=build/fuzz fuzz-run
fuzz-run: $(FUZZ)
	$(Q)tools/fuzz.sh $(FUZZ_SECONDS) $(FUZZ)

FUZZED := $(KNOWS_tell) display hardware
$(B)/fuzz/%: tests/fuzz/%.c $(call libs,$(FUZZED)) | deps
	@mkdir -p $(@D)
	$(call say,FUZZ,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $< $(call group,$(FUZZED)) \
	    $(PKG_LIBS)

# --- installing --------------------------------------------------------------------------------
PREFIX ?= /usr
DESTDIR ?=
UNITDIR ?= $(PREFIX)/lib

.PHONY: install
install: all ## install programs, units and man pages (PREFIX=/usr, DESTDIR=)
	install -d $(addprefix $(DESTDIR)$(PREFIX)/,bin share/man/man1 share/man/man5 share/man/man8 \
	    share/doc/jiaohao/halls share/jiaohao)
	install -d $(addprefix $(DESTDIR)$(UNITDIR)/,systemd/system sysusers.d tmpfiles.d)
	install -m 755 $(PROGRAMS) $(DESTDIR)$(PREFIX)/bin
	install -m 755 tools/broker.sh $(DESTDIR)$(PREFIX)/share/jiaohao
	install -d $(DESTDIR)$(PREFIX)/lib/jiaohao/hooks
	install -m 755 hooks/* $(DESTDIR)$(PREFIX)/lib/jiaohao/hooks
	for section in 1 5 8; do \
	    install -m 644 docs/man/*.$$section $(DESTDIR)$(PREFIX)/share/man/man$$section || exit 1; done
	install -m 644 README.md ARCHITECTURE.md CHANGELOG.md docs/*.md docs/*.yaml LICENSE \
	    $(DESTDIR)$(PREFIX)/share/doc/jiaohao
	cp -R docs/halls/. $(DESTDIR)$(PREFIX)/share/doc/jiaohao/halls
	cp -R $(B)/voices $(DESTDIR)$(PREFIX)/share/jiaohao
	for unit in systemd/*.service; do sed 's|/usr/bin/|$(PREFIX)/bin/|' $$unit \
	    >$(DESTDIR)$(UNITDIR)/systemd/system/$${unit##*/} || exit 1; done
	install -m 644 systemd/jiaohao.sysusers $(DESTDIR)$(UNITDIR)/sysusers.d/jiaohao.conf
	install -m 644 systemd/jiaohao.tmpfiles $(DESTDIR)$(UNITDIR)/tmpfiles.d/jiaohao.conf
