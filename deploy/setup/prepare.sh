#!/bin/sh
# Gets everything that is needed to run from a fresh clone, and is silent and quick when it is all there.
#   sh deploy/setup/prepare.sh runtime    npm packages only
#   sh deploy/setup/prepare.sh demo       and redis-server and prosody
#   sh deploy/setup/prepare.sh matrix     and Synapse (a Matrix homeserver) from PyPI, below node_modules
#   sh deploy/setup/prepare.sh test       and postgresql, nginx, caddy, ejabberd, prosody-modules, python3 with cryptography and cbor2,
#                                         and clients of other makes (slixmpp, matrix-nio) from PyPI, below node_modules
# Needs npm with Node 18 or later; the Node that the gateway runs on is one of the npm packages. Debian packages
# are installed as root or by sudo, and none of their services is started. Where MIMI_SYNAPSE names the python of an
# environment that has Synapse, that one is used and none is installed.
set -eu

kind=${1:-}
case $kind in
runtime | demo | matrix | test) ;;
*)
  echo "usage: sh deploy/setup/prepare.sh runtime|demo|matrix|test" >&2
  exit 2
  ;;
esac
cd "$(dirname "$0")/../.."

say() { echo "prepare: $*" >&2; }
fail() {
  say "$*"
  exit 1
}
has() { command -v "$1" >/dev/null 2>&1; }

# `npm run` puts node_modules/.bin first; npm must not run on a Node that it is about to replace.
machines_path() {
  printf '%s' "$PATH" | tr ':' '\n' | grep -v '/node_modules/\.bin$' | tr '\n' ':' | sed 's/:$//'
}

prepare_npm_packages() {
  stamp=node_modules/.prepared
  wanted=$(cksum <package-lock.json)
  # What is only for development may have been left out by an earlier runtime set-up.
  whole=true
  if [ "$kind" != runtime ] && ! [ -d node_modules/@xmpp/client ]; then whole=false; fi
  if $whole && [ -x node_modules/.bin/node ] && [ "$(cat $stamp 2>/dev/null)" = "$wanted" ]; then return; fi
  has npm || fail "npm is missing. Install Node 18 or later with npm (Debian: apt-get install nodejs npm)."
  options='--no-audit --no-fund --loglevel=error'
  [ "$kind" = runtime ] || options="$options --include=dev"
  # npm's own record is newer than the lock file where somebody has installed by hand.
  if ! $whole || ! [ node_modules/.package-lock.json -nt package-lock.json ]; then
    say "installing npm packages (half a minute or more)"
    # shellcheck disable=SC2086 # one word an option
    PATH=$(machines_path) npm ci $options >&2 || fail "npm ci failed, see above. To try again by hand: npm ci"
  fi
  case $(node_modules/.bin/node -v 2>/dev/null) in
  v24.*) ;;
  *) fail "npm did not install Node 24: the package 'node' does so in its preinstall script. Run: npm ci --ignore-scripts=false" ;;
  esac
  # npm leaves out optional packages that are not for the Node it runs on: parts of the tools, with an old one.
  case $(PATH=$(machines_path) node -v) in
  v24.*) ;;
  *)
    # shellcheck disable=SC2086 # one word an option
    NODE_OPTIONS=--no-deprecation PATH=$PWD/node_modules/.bin:$PATH npm install --no-save $options >/dev/null ||
      fail "npm install failed, see above. To try again by hand: npm install --no-save"
    ;;
  esac
  echo "$wanted" >$stamp
}

has_sqlite_for_lua() {
  for file in /usr/lib/*/lua/*/dbd/sqlite3.so /usr/lib/lua/*/dbd/sqlite3.so /usr/local/lib/lua/*/dbd/sqlite3.so; do
    if [ -e "$file" ]; then return 0; fi
  done
  return 1
}

has_module_for_moderation() {
  [ -e /usr/lib/prosody/modules/mod_muc_moderation ] || [ -e /usr/local/lib/prosody/modules/mod_muc_moderation ]
}

# deploy/servers/synapse-python.ts looks for it there.
synapse=node_modules/.cache/synapse
synapse_version=1.163.2
synapse_wanted() {
  case $kind in
  matrix | test) ;;
  *) return 1 ;;
  esac
  [ -z "${MIMI_SYNAPSE:-}" ] && [ "$(cat $synapse/.prepared 2>/dev/null)" != $synapse_version ]
}

# test/foreign/foreign-python.ts looks for them there.
foreign=node_modules/.cache/foreign-clients
foreign_packages='slixmpp==1.17.0 matrix-nio==0.26.0'
foreign_wanted() { [ "$kind" = test ] && [ "$(cat $foreign/.prepared 2>/dev/null)" != "$foreign_packages" ]; }

# The first python that can make environments and is at least of that version of Python 3.
python_with_venv() {
  for python in /usr/bin/python3 python3; do
    if "$python" -c "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, $1))" 2>/dev/null; then
      echo "$python"
      return 0
    fi
  done
  return 1
}

# Whether this system has no such package, as its lists say, which are here: systems older than Debian 12 have no Caddy. What
# needs it is left out of the tests then; the others are worth running without it.
system_lacks() { apt-cache show nginx-light >/dev/null 2>&1 && ! apt-cache show "$1" >/dev/null 2>&1; }

# Names the Debian packages whose programs are not there.
missing_packages() {
  # Servers are often outside an ordinary user's PATH.
  PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
  has redis-server || printf '%s ' redis-server
  has prosody || printf '%s ' prosody
  has_sqlite_for_lua || printf '%s ' lua-dbi-sqlite3
  if synapse_wanted || foreign_wanted; then python_with_venv 0 >/dev/null || printf '%s ' python3-venv; fi
  if [ "$kind" = test ]; then
    has postgres || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || printf '%s ' postgresql
    has nginx || printf '%s ' nginx-light
    has caddy || system_lacks caddy || printf '%s ' caddy
    has_module_for_moderation || printf '%s ' prosody-modules
    # deploy/servers/ejabberd.ts looks for it there.
    ls -d /usr/lib/*-linux-*/ejabberd-[0-9]* >/dev/null 2>&1 || printf '%s ' ejabberd
    # The system's own: another one that comes first in the PATH does not have the packages.
    for module in cryptography cbor2; do
      /usr/bin/python3 -c "import $module" 2>/dev/null || printf '%s ' "python3-$module"
    done
  fi
}

# A package that is installed would start its service. The policy says no for that while, unless the machine has
# a policy of its own, which is left alone.
policy=/usr/sbin/policy-rc.d
policy_mark='# put here by mimi-gateway while it installs packages'
refuse_service_starts() {
  if [ -e $policy ] && ! grep -qF "$policy_mark" $policy; then return; fi
  trap 'allow_service_starts' EXIT
  trap 'exit 130' INT TERM HUP
  printf '#!/bin/sh\n%s\nexit 101\n' "$policy_mark" | $as_root tee $policy >/dev/null
  $as_root chmod 755 $policy
}
allow_service_starts() { $as_root rm -f $policy; }

apt_get() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@"; }

by_hand_line() { printf '%s' "apt-get update && apt-get install --no-install-recommends $packages"; }

prepare_debian_packages() {
  packages=$(missing_packages)
  packages=${packages% }
  [ -n "$packages" ] || return 0
  by_hand=$(by_hand_line)
  has apt-get || fail "missing: $packages. Install them by this system's own means (on Debian: $by_hand)."
  as_root=
  if [ "$(id -u)" != 0 ]; then
    has sudo || fail "missing: $packages. Run as root: $by_hand"
    as_root=sudo
    # Without a terminal sudo must not wait for a password.
    [ -t 0 ] || as_root='sudo -n'
    $as_root true || fail "missing: $packages. Run as root: $by_hand"
  fi
  say "installing Debian packages: $packages (their services are not started)"
  refuse_service_starts
  log=$(mktemp)
  if ! apt_get update >"$log" 2>&1; then say "apt-get update failed, trying with the lists that are here"; fi
  # With lists that are new another package may be known to be none of this system's.
  packages=$(missing_packages)
  packages=${packages% }
  by_hand=$(by_hand_line)
  # shellcheck disable=SC2086 # one word a package
  if [ -n "$packages" ] && ! apt_get install -y --no-install-recommends $packages >>"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    fail "the packages could not be installed, see above. To try by hand, as root: $by_hand"
  fi
  rm -f "$log"
  still=$(missing_packages)
  [ -z "$still" ] || fail "installed, but still not found: $still"
}

# Fails where it can't be had.
prepare_synapse() {
  if [ -n "${MIMI_SYNAPSE:-}" ]; then
    "$MIMI_SYNAPSE" -c 'import synapse' 2>/dev/null && return 0
    say "MIMI_SYNAPSE is $MIMI_SYNAPSE, which is no python that has Synapse"
    return 1
  fi
  synapse_wanted || return 0
  if ! python=$(python_with_venv 10); then
    say "Synapse needs Python 3.10 or later, and there is none. One that is there already is used where MIMI_SYNAPSE names its python."
    return 1
  fi
  say "installing Synapse $synapse_version from PyPI (half a minute, 250 MB)"
  make_environment $synapse $synapse_version "matrix-synapse==$synapse_version" && return 0
  say "Synapse could not be installed, see above. One that is there already is used where MIMI_SYNAPSE names its python."
  return 1
}

# Fails where they can't be had.
prepare_foreign_clients() {
  foreign_wanted || return 0
  if ! python=$(python_with_venv 11); then
    say "the foreign clients of the tests need Python 3.11 or later, and there is none"
    return 1
  fi
  say "installing $foreign_packages from PyPI (half a minute, 80 MB)"
  # shellcheck disable=SC2086 # one word a package
  make_environment $foreign "$foreign_packages" $foreign_packages && return 0
  say "the foreign clients of the tests could not be installed, see above"
  return 1
}

# make_environment FOLDER STAMP PACKAGE...: by $python, from PyPI. FOLDER/.prepared holds the stamp when all is there.
make_environment() {
  environment=$1
  stamp_of_environment=$2
  shift 2
  log=$(mktemp)
  rm -rf "$environment"
  mkdir -p "$(dirname "$environment")"
  # Without compilers: all that is needed is there ready-made for the usual machines.
  if "$python" -m venv "$environment" >"$log" 2>&1 &&
    "$environment/bin/python" -m pip install --quiet --no-input --only-binary=:all: "$@" >>"$log" 2>&1; then
    echo "$stamp_of_environment" >"$environment/.prepared"
    rm -f "$log"
    return 0
  fi
  tail -n 20 "$log" >&2
  rm -rf "$log" "$environment"
  return 1
}

prepare_npm_packages
[ "$kind" = runtime ] || prepare_debian_packages
case $kind in
matrix) prepare_synapse || exit 1 ;;
# The tests that need it fail and say why; the others are worth running without it.
test)
  prepare_synapse || true
  prepare_foreign_clients || true
  has caddy || say "this system has no Caddy: deploy/proxy/Caddyfile is not tested"
  ;;
esac
