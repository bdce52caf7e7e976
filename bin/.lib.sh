# Shared by the scripts in this folder: finds a JDK, builds a module when its sources are newer than its classes, runs it.
# To be sourced by bash. Nothing here writes to standard output.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

die() {
  printf '%s: %s\n' "$(basename "$0")" "$1" >&2
  exit 1
}

# The feature version of the JDK in folder $1, or nothing.
jdk_version() {
  local line
  if [[ ! -x $1/bin/java || ! -x $1/bin/javac || ! -r $1/release ]]; then
    return 0
  fi
  while IFS= read -r line; do
    if [[ $line =~ ^JAVA_VERSION=\"?(1\.)?([0-9]+) ]]; then
      printf '%s' "${BASH_REMATCH[2]}"
      return 0
    fi
  done <"$1/release"
}

# Sets jdk. JAVA_HOME wins if it will do, then the java on the PATH, then JDK 25, then the newest.
find_jdk() {
  local home version found=0 on_path
  jdk=
  on_path=$(command -v javac || true)
  if [[ -n $on_path ]]; then
    on_path=$(realpath "$on_path" 2>/dev/null || printf '%s' "$on_path")
    on_path=${on_path%/bin/javac}
  fi
  for home in "${JAVA_HOME:-}" "$on_path" "${JAVA25_HOME:-}"; do
    version=$(jdk_version "$home")
    if [[ -n $home && ${version:-0} -ge 25 ]]; then
      jdk=$home
      return 0
    fi
  done
  for home in \
    /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /usr/local/java/* /opt/java/* /opt/*jdk* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* "$HOME"/.jabba/jdk/* "$HOME"/.asdf/installs/java/* \
    "$HOME"/.local/share/mise/installs/java/* "$HOME"/.gradle/jdks/*; do
    version=$(jdk_version "$home")
    if [[ ${version:-0} -ge 25 && $found -ne 25 && ($version -eq 25 || $version -gt $found) ]]; then
      jdk=$home
      found=$version
    fi
  done
  if [[ -z $jdk ]]; then
    die "JDK 25 or newer is needed, and none was found: install one, or let JAVA_HOME name its folder."
  fi
}

# Is what module $1 was built from newer than what came out of it ($2, a file that the build writes last)?
stale() {
  local path paths=("$root/pom.xml" "$root/.mvn" "$root/$1/pom.xml")
  [[ -e $2 ]] || return 0
  for path in "$root"/runner-*/pom.xml "$root"/runner-*/src/main "$root/$1/src/main" "$root/$1"/*/pom.xml \
    "$root/$1"/*/src/main; do
    if [[ -e $path ]]; then
      paths+=("$path")
    fi
  done
  [[ -n $(find "${paths[@]}" -newer "$2" -print -quit) ]]
}

# Of what Maven says, shows what a person wants to know who waits for it: that it goes on, and what went wrong.
show_progress() {
  local line downloaded=0
  while IFS= read -r line; do
    case $line in
      "[INFO] Building "*"["*/*"]") printf '  %s\n' "${line#"[INFO] Building "}" ;;
      "[INFO] Downloaded from "* | "Downloaded from "*)
        downloaded=$((downloaded + 1))
        if ((downloaded % 25 == 0)); then
          printf '  %d files downloaded\n' "$downloaded"
        fi
        ;;
      "[ERROR]"*) printf '%s\n' "$line" ;;
    esac
  done
}

# Builds module $1 up to Maven phase $2, if it must; $3 is the file that the build writes last, and what follows is for Maven. Phase
# test-compile is for what needs classes only: Maven resolves the test-jar of another module from then on, also if no test has been
# compiled.
build() {
  local tests=-DskipTests
  if ! stale "$1" "$3"; then
    return 0
  fi
  # One build at a time: the scripts may be started side by side. The second finds its work done.
  if command -v flock >/dev/null; then
    mkdir -p "$root/target"
    exec 9>"$root/target/build.lock"
    flock 9
    if ! stale "$1" "$3"; then
      exec 9>&-
      return 0
    fi
  fi
  if [[ $2 == test-compile ]]; then
    tests=-Dmaven.test.skip
  fi
  command -v mvn >/dev/null || die "Maven is needed to build $1, and there is no mvn on the PATH."
  printf '%s: building %s\n' "$(basename "$0")" "$1" >&2
  # Maven runs on whatever JVM it likes, and finds the JDK to compile with by itself; this makes sure that it finds ours.
  if [[ -z ${JAVA_HOME:-} ]] && ! command -v java >/dev/null; then
    export JAVA_HOME=$jdk
  fi
  JAVA25_HOME=$jdk mvn -B -f "$root/pom.xml" -pl "$1" -am "$2" \
    "$tests" -Djacoco.skip -Dspotless.check.skip -Dmaven.javadoc.skip -Dmaven.source.skip "${@:4}" </dev/null |
    show_progress >&2 || die "the build of $1 failed; what Maven said is above."
  touch "$3"
  if command -v flock >/dev/null; then
    exec 9>&-
  fi
}

# Runs main class $2 of module $1 with the arguments that follow, in place of this shell.
run_main() {
  local module=$1 main=$2
  shift 2
  find_jdk
  build "$module" test-compile "$root/$module/target/classpath"
  # The door to confined virtual threads; without it they work too, and are slower.
  exec "$jdk/bin/java" --add-opens java.base/java.lang=ALL-UNNAMED \
    -cp "$root/$module/target/classes:$(<"$root/$module/target/classpath")" "$main" "$@"
}

# Runs main class $1 of the benchmarks with the arguments that follow, in place of this shell.
run_benchmarks() {
  local main=$1 module=$root/jmh-benchmarks
  shift
  find_jdk
  build jmh-benchmarks package "$module/target/benchmarks.jar"
  # The forks get these flags too, because JMH hands its own on. Preview and exports are for two of the peers, native access for
  # Netty's transports.
  exec "$jdk/bin/java" --add-opens java.base/java.lang=ALL-UNNAMED \
    --enable-preview --add-exports java.base/jdk.internal.vm=ALL-UNNAMED \
    --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -Xms1g -Djmh.ignoreLock=true -Dasyncrunner.benchmarks.python="$module/src/main/python/asyncio_bench.py" \
    -cp "$module/target/benchmarks.jar" "$main" "$@"
}
