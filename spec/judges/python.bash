# The judges that run on Python: how they are installed and started. Read by `run` and `mock/run`.

# Runs a command and shows what it says only if it fails.
quietly() {
    local said
    said=$("$@" 2>&1) || {
        printf '%s\n' "$said" >&2
        return 1
    }
}

python_wanted() {
    python3 --version
    cat -- "$1"
}

# install_python FOLDER REQUIREMENTS: installs what a file names, unless it is there already.
install_python() {
    local target=$1 requirements=$2
    local install
    python_wanted "$requirements" | cmp -s - "$target/installed" && return
    # The first line that pins something names the judge; the others are what it needs.
    printf 'installing %s\n' "$(sed -n '/==/{s/==.*//p;q;}' "$requirements")"
    rm -rf -- "$target"
    if python3 -m venv "$target" >/dev/null 2>&1; then
        install=("$target/bin/python" -m pip install)
    else
        # Some systems have the module `venv` in a package of its own.
        rm -rf -- "$target"
        install=(python3 -m pip install --target "$target/packages")
    fi
    quietly "${install[@]}" --disable-pip-version-check --requirement "$requirements" || return
    python_wanted "$requirements" >"$target/installed"
}

# python_in FOLDER: sets `python` to the command of a Python that sees what was installed there.
python_in() {
    if [ -x "$1/bin/python" ]; then
        python=("$1/bin/python")
    else
        python=(env "PYTHONPATH=$1/packages" python3)
    fi
}
