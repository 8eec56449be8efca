#!/bin/sh
# Inside the container the service is reachable from the host, so it needs a password; one is made once and kept in home.
set -eu
if [ -z "${RFLOW_PASSWORD:-}" ]; then
  secret=$RFLOW_HOME/state/password
  mkdir -p "$RFLOW_HOME/state"
  [ -s "$secret" ] || (umask 077; python -c 'import secrets; print(secrets.token_urlsafe(18))' > "$secret")
  RFLOW_PASSWORD=$(cat "$secret")
  export RFLOW_PASSWORD
  echo "The password of the chat: $RFLOW_PASSWORD (kept in home/state/password)"
fi
exec rflow serve
