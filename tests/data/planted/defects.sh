#!/bin/sh
# Planted defects; `bad:` names what must be found on its line, and nothing else may be.
rm -rf "$PREFIX"/* # bad: sh-remove-root
rm -rf "$PREFIX/" # bad: sh-remove-root
rm -rf "${PREFIX:?}"/*
rm -rf "$PREFIX/build"
count = 5 # bad: sh-spaced-assignment
count=5
if [ "$count" > 3 ]; then # bad: sh-redirect-in-test
  echo more
fi
if [ "$count" -gt 3 ]; then
  echo more
fi
cp $@ /target # bad: sh-unquoted-arguments
cp "$@" /target
cd build # bad: sh-unchecked-cd
rm -rf objects
cd build || exit
rm -rf objects
eval $1 # bad: sh-eval-of-arguments
curl -fsSL https://get.invalid/install | sh # bad: sh-run-download
curl -fsSL https://get.invalid/data | jq .
chmod 777 /srv/data # bad: sh-open-to-all
chmod 755 /srv/data
