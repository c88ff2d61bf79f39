# Installation and start of the validators in Python. Sourced by `run` and `mock/run`.

# Runs a command and prints its output only if it fails.
quietly() {
    local output
    output=$("$@" 2>&1) || {
        printf '%s\n' "$output" >&2
        return 1
    }
}

python_wanted() {
    python3 --version
    cat -- "$1"
}

# install_python FOLDER REQUIREMENTS: installs the packages of a requirements file, unless they are installed already.
install_python() {
    local target=$1 requirements=$2
    local install
    python_wanted "$requirements" | cmp -s - "$target/installed" && return
    # The first pinned package is the validator; the others are its dependencies.
    printf 'installing %s\n' "$(sed -n '/==/{s/==.*//p;q;}' "$requirements")"
    rm -rf -- "$target"
    if python3 -m venv "$target" >/dev/null 2>&1; then
        install=("$target/bin/python" -m pip install)
    else
        # Some systems have the module `venv` in a separate package.
        rm -rf -- "$target"
        install=(python3 -m pip install --target "$target/packages")
    fi
    quietly "${install[@]}" --disable-pip-version-check --requirement "$requirements" || return
    python_wanted "$requirements" >"$target/installed"
}

# python_in FOLDER: sets `python` to the command of a Python with the packages of FOLDER.
python_in() {
    if [ -x "$1/bin/python" ]; then
        python=("$1/bin/python")
    else
        python=(env "PYTHONPATH=$1/packages" python3)
    fi
}
