# Packages that run on Node: how they are installed. Read by `corpus/run` and `spector/run`.

fail() {
    printf '%s: %s\n' "$0" "$1" >&2
    exit 1
}

npm_wanted() {
    cat -- "$1/package.json" "$1/package-lock.json"
}

# install_npm FOLDER TARGET: installs what the lock file of a folder names, unless it is there already. What was installed
# is written down beside it when all of it is there, so that a broken installation is begun again.
install_npm() {
    npm_wanted "$1" | cmp -s - "$2/installed" && return
    echo "installing $(basename -- "$1")"
    rm -rf -- "$2"
    mkdir -p -- "$2"
    cp -- "$1/.npmrc" "$1/package.json" "$1/package-lock.json" "$2/"
    (cd -- "$2" && npm ci --ignore-scripts --silent) || fail "npm could not install what $1/package.json names"
    npm_wanted "$1" >"$2/installed"
}
