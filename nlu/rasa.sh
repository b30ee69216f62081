#!/bin/sh
# Gives Rasa an environment of its own, checks the corpus, trains on it and serves the model at
# http://127.0.0.1:$RASA_PORT. What is there already and unchanged is not made again.
set -eu
cd "$(dirname "$0")/.."

# Made by: echo rasa==3.6.21 | uv pip compile --generate-hashes --no-emit-index-url --no-header \
#   --no-annotate --python-version 3.10 --quiet -o requirements-rasa.lock -
lock=requirements-rasa.lock
env=.venv-rasa
models=instance/rasa
port=${RASA_PORT:-5005}

export RASA_TELEMETRY_ENABLED=false
export RASA_CACHE_DIRECTORY=$models/cache RASA_MAX_CACHE_SIZE=0 # or it would go to ./.rasa
# What its libraries have to say to its authors.
export PYTHONWARNINGS=ignore::DeprecationWarning SQLALCHEMY_SILENCE_UBER_WARNING=1
export TF_CPP_MIN_LOG_LEVEL=2

refuse() {
    echo "$1" >&2
    exit "${2:-1}"
}

find_python() {
    for found in "${RASA_PYTHON:-python3.10}" \
        "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.10.*/bin/python \
        "$(uv python find --managed-python 3.10 2>/dev/null)"; do
        # A shim of pyenv is found on the path, and fails where another version is chosen.
        if "$found" -c 'import sys, ensurepip; sys.exit(sys.version_info[:2] != (3, 10))' 2>/dev/null; then
            echo "$found"
            return
        fi
        [ -z "${RASA_PYTHON:-}" ] || break
    done
    refuse "Rasa needs Python 3.10 and none was found: install it with 'uv python install 3.10' or 'pyenv install 3.10', or name it with: make rasa RASA_PYTHON=/path/to/python3.10"
}

install() {
    python=$(find_python)
    total=$(grep -c '^[a-z]' $lock)
    echo "Installing Rasa with $python into $env (2.7 GB, some minutes, once) …"
    rm -rf $env
    "$python" -m venv $env
    # Nothing is built in an environment of its own, which would fetch what no lock names.
    { $env/bin/python -m pip --disable-pip-version-check install --no-build-isolation \
        --progress-bar off --require-hashes -r $lock && echo DONE; } 2>&1 | awk -v total="$total" '
        /^(Collecting|Processing) / { printf "\r  %d of %d packages", ++count, total; fflush() }
        /^Installing collected/ { printf "\n  writing them …\n"; fflush() }
        /^ERROR|^  *ERROR/ { print }
        /^DONE$/ { done = 1 }
        END { exit !done }' || refuse "Rasa could not be installed."
    cp $lock $env/installed.lock
}

corpus() {
    cat $lock nlu/data/*.yml
}

train() {
    mkdir -p $models
    rm -f $models/trained-on
    corpus >$models/training-on
    echo "Checking the corpus …"
    # Without stories no intent is used in one; Rasa warns of each.
    $env/bin/rasa data validate --fail-on-warnings --data nlu/data --config nlu/data/config.yml \
        --domain nlu/data/domain.yml >$models/validation.log 2>&1 || {
        grep -v 'is not used in any story' $models/validation.log >&2
        refuse "Rasa refuses the corpus."
    }
    echo "Training on $(cat nlu/data/*.yml | grep -c '^    - ') phrases (about a quarter of an hour on two cores) …"
    $env/bin/rasa train nlu --nlu nlu/data --config nlu/data/config.yml \
        --domain nlu/data/domain.yml --out $models --fixed-model-name nlu
    mv $models/training-on $models/trained-on
}

case $port in '' | *[!0-9]* | ??????*) refuse "RASA_PORT must be the number of a port." 2 ;; esac
cmp -s $lock $env/installed.lock || install
$env/bin/python -c "import socket; socket.create_server(('127.0.0.1', $port)).close()" 2>/dev/null ||
    refuse "Port $port is taken; name another one with: make rasa RASA_PORT=5006"
corpus | cmp -s - $models/trained-on || train
echo "Rasa starts at http://127.0.0.1:$port; for the service: NLU_ENGINE=rasa RASA_URL=http://127.0.0.1:$port"
exec $env/bin/rasa run --enable-api --interface 127.0.0.1 --port "$port" --model $models/nlu.tar.gz
