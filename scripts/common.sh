# What the scripts of the project share. Sourced by them; needs bash and the variable ROOT, the project's folder.

say() { printf '%s\n' "$*"; }

die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# Where Debian puts Javas, and the file by which it is told whether services of new packages may start.
JVMS=/usr/lib/jvm
POLICY=/usr/sbin/policy-rc.d

# Sets JAVA_HOME to a Java 17. Karaf's shell does not work on later versions.
need_java() {
  local home javac
  javac=$(readlink -f "$(command -v javac || true)" || true)
  for home in "${JAVA_HOME:-}" "${javac%/bin/javac}" "$JVMS"/*17*; do
    if [[ $home = /* ]] && [ -x "$home/bin/java" ] && "$home/bin/java" -version 2>&1 | grep -q 'version "17[."]'; then
      export JAVA_HOME=$home
      return
    fi
  done
  die "Java 17 is needed and was not found. On Debian and Ubuntu: apt-get install openjdk-17-jdk-headless. Elsewhere: install a JDK 17 and set JAVA_HOME."
}

need_maven() {
  local least=3.8.7 version
  command -v mvn >/dev/null || die "Maven $least or later is needed to build. On Debian and Ubuntu: apt-get install maven."
  version=$(mvn -v 2>/dev/null | sed -n 's/.*Apache Maven \([0-9][0-9.]*\).*/\1/p' | head -1 || true)
  [ "$(printf '%s\n' "$least" "${version:-0}" | sort -V | head -1)" = "$least" ] ||
    die "Maven $least or later is needed to build, and $(command -v mvn) is ${version:-none that tells its version}. Install a newer one and put it first in PATH."
}

# Installs Debian packages that are missing, or says which: need_packages name…
need_packages() {
  local name missing=()
  for name in "$@"; do
    dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'install ok installed' || missing+=("$name")
  done
  [ ${#missing[@]} -eq 0 ] && return
  [ "$(id -u)" -eq 0 ] || die "these Debian packages are missing: ${missing[*]}. As root: apt-get install ${missing[*]}"
  say "installing ${missing[*]}"
  DEBIAN_FRONTEND=noninteractive apt-get update -qq
  # Services that come with a package (Orthanc, PostgreSQL) must not start: the tests start their own.
  local made= rc=0
  if [ ! -e "$POLICY" ]; then
    made=1
    printf '#!/bin/sh\nexit 101\n' >"$POLICY" && chmod 755 "$POLICY"
  fi
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || rc=$?
  [ -z "$made" ] || rm -f "$POLICY"
  [ "$rc" -eq 0 ] || die "apt-get install ${missing[*]} failed"
}

ASSEMBLY=$ROOT/karaf-assembly/target/assembly

# True if nothing that the appliance is made of is newer than the built one. A folder is newer than what was taken out of it last; those that a build
# writes into do not count.
is_built() {
  local stamp
  stamp=$(find "$ROOT/karaf-assembly/target" -maxdepth 1 -name 'karaf-assembly-*.tar.gz' 2>/dev/null | head -1)
  [ -n "$stamp" ] && [ -x "$ASSEMBLY/bin/karaf" ] || return 1
  [ -z "$(find "$ROOT/pom.xml" "$ROOT/bundles" "$ROOT/features" "$ROOT/karaf-assembly" "$ROOT/config" \
    -name target -prune -o -path '*/src/test' -prune -o -newer "$stamp" \
    \( -type f -o -path "$ROOT/config*" -o -path "$ROOT/*/src/*" \) -print -quit)" ]
}

# Builds the appliance without its tests, telling which part it is at.
build() {
  is_built && return
  need_maven
  say "building the appliance (the first time a few minutes: libraries are fetched; later half a minute)"
  local log=$ROOT/target/build.log started=$SECONDS
  mkdir -p "$ROOT/target"
  touch "$ROOT/target/build.started"
  (cd "$ROOT" && exec mvn -B -ntp verify -Dmaven.test.skip -pl karaf-assembly -am) >"$log" 2>&1 &
  local pid=$! shown=
  trap 'kill $pid 2>/dev/null; exit 130' INT TERM
  while kill -0 "$pid" 2>/dev/null; do
    local now
    now=$(grep -o 'Building Sallyport.*' "$log" 2>/dev/null | tail -1 | sed 's/Building Sallyport *:* *//; s/ 0[.0-9]* */ /' || true)
    if [ "$now" != "$shown" ]; then
      say "  $now"
      shown=$now
    fi
    sleep 0.5
  done
  trap - INT TERM
  if ! wait "$pid"; then
    grep -E '^\[ERROR\]' "$log" | head -20 >&2
    die "the build failed; all of its output is in target/build.log"
  fi
  # A file that was changed during the build counts as newer than what was built.
  touch -r "$ROOT/target/build.started" "$ROOT"/karaf-assembly/target/karaf-assembly-*.tar.gz
  say "built in $((SECONDS - started)) s"
}

# Builds the stand-in for the back end if needed.
build_simulator() {
  local module=$ROOT/ith-simulator
  local jar
  jar=$(find "$module/target" -maxdepth 1 -name 'ith-simulator-*.jar' 2>/dev/null | head -1 || true)
  # Any build of the project makes it too.
  [ -d "$module/target/lib" ] && [ -n "$jar" ] &&
    [ -z "$(find "$module/src/main" "$module/pom.xml" -newer "$jar" -type f -print -quit)" ] && return
  need_maven
  say "building the simulator"
  mkdir -p "$ROOT/target"
  (cd "$ROOT" && exec mvn -B -ntp package -Dmaven.test.skip -pl ith-simulator) >"$ROOT/target/simulator.log" 2>&1 ||
    die "the build failed; all of its output is in target/simulator.log"
  touch "$module"/target/ith-simulator-*.jar
}

# Reads a file of settings into the environment, as python-dotenv and Django sites write it: NAME=value, with or without export, quotes, spaces around
# the sign and comments; quoted values may have several lines and, in double quotes, \n, \t, \" and the like; ${NAME} and ${NAME:-value} are filled in.
# What is set already stays. Nothing is executed. The names that it found are in ENV_NAMES.
read_env() {
  local file=$1 line rest key value quote space number=0 first more
  local name='^[[:space:]]*(export[[:space:]]+)?([^=[:space:]#]+)[[:space:]]*(=([[:space:]]*)(.*))?$'
  # What ends a value: up to an unescaped quote, then perhaps a comment.
  local double='^"(([^"\\]|\\.)*)"[[:space:]]*(#.*)?$' single="^'(([^'\\\\]|\\\\.)*)'[[:space:]]*(#.*)?\$"
  local -A ours=()
  ENV_NAMES=()
  while IFS= read -r line || [ -n "$line" ]; do
    number=$((number + 1))
    [ "$number" -gt 1 ] || line=${line#$'\xef\xbb\xbf'}
    line=${line%$'\r'}
    [[ $line =~ ^[[:space:]]*(#.*)?$ ]] && continue
    [[ $line =~ $name ]] || die "$file, line $number: expected NAME=value"
    key=${BASH_REMATCH[2]} space=${BASH_REMATCH[4]} rest=${BASH_REMATCH[5]}
    # A name alone says nothing.
    [ -n "${BASH_REMATCH[3]}" ] || continue
    if ! [[ $key =~ ^[A-Za-z_][A-Za-z0-9_]*$ ]]; then
      say "note: $file, line $number is passed over: a name has letters, digits and _ only"
      continue
    fi
    quote=${rest:0:1}
    case $quote in
      \" | \')
        first=$number
        [ "$quote" = \" ] && more=$double || more=$single
        until [[ $rest =~ $more ]]; do
          IFS= read -r line || [ -n "$line" ] || die "$file, line $first: the quote is not closed, or something stands behind it"
          number=$((number + 1))
          rest=$rest$'\n'${line%$'\r'}
        done
        value=$(unescaped "$quote" "${BASH_REMATCH[1]}" && printf .)
        value=${value%.}
        ;;
      *)
        [ "$quote" != '#' ] || [ -z "$space" ] || rest=
        [[ $rest =~ ^(.*[^[:space:]])?[[:space:]]+#.*$ ]] && rest=$(shortest "$rest")
        value=${rest%"${rest##*[![:space:]]}"}
        ;;
    esac
    value=$(filled "$value" && printf .)
    value=${value%.}
    ENV_NAMES+=("$key")
    # The last of several in the file counts.
    if [ -z "${!key+set}" ] || [ -n "${ours[$key]:-}" ]; then
      ours[$key]=1
      export "$key=$value"
    fi
  done <"$file"
}

# Up to the first comment: shortest LINE
shortest() {
  local line=$1 kept=
  while [[ $line =~ ^([^[:space:]]*)([[:space:]]+)(.*)$ ]]; do
    kept+=${BASH_REMATCH[1]} line=${BASH_REMATCH[3]}
    case $line in '#'*) printf '%s' "$kept" && return ;; esac
    kept+=${BASH_REMATCH[2]}
  done
  printf '%s' "$kept$line"
}

# Takes the backslashes out of a quoted value: unescaped QUOTE VALUE
unescaped() {
  local quote=$1 value=$2 next
  while [[ $value == *\\* ]]; do
    printf '%s' "${value%%\\*}"
    value=${value#*\\}
    next=${value:0:1} value=${value:1}
    case $quote$next in
      [\"\']\\ | [\"\'][\"\']) printf '%s' "$next" ;;
      \"n) printf '\n' ;;
      \"t) printf '\t' ;;
      \"r) printf '\r' ;;
      \"[abfv]) printf "\\$next" ;;
      *) printf '\\%s' "$next" ;;
    esac
  done
  printf '%s' "$value"
}

# Fills in ${NAME} and ${NAME:-value}: filled VALUE
filled() {
  local value=$1 name
  while [[ $value =~ \$\{([A-Za-z_][A-Za-z0-9_]*)(:-([^}]*))?\} ]]; do
    name=${BASH_REMATCH[1]}
    printf '%s' "${value%%"${BASH_REMATCH[0]}"*}${!name:-${BASH_REMATCH[3]}}"
    value=${value#*"${BASH_REMATCH[0]}"}
  done
  printf '%s' "$value"
}
