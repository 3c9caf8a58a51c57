#!/bin/bash -eu
# SPDX-License-Identifier: MIT
# What OSS-Fuzz and ClusterFuzzLite run in their builder: all targets, with their seeds, dictionaries and
# shared libraries, into $OUT. Compilers, flags and engine come from the environment that OSS-Fuzz documents.
cd "$SRC/ironring"
build=$WORK/ironring
rm -rf "$build"

# The runner has no libpcap; what is needed lies beside the programs, its own dependencies included.
LDFLAGS="${LDFLAGS-} -Wl,--disable-new-dtags,-rpath,\$ORIGIN/lib" \
    meson setup "$build" --buildtype=plain -Db_lundef=false -Dwerror=false -Dfuzzing=true \
    "-Dfuzzing_engine=${LIB_FUZZING_ENGINE// /,}"
ninja -C "$build"

mkdir -p "$OUT/lib"
for program in "$build"/fuzz/fuzz-*; do
    [ -f "$program" ] || continue # a folder of objects
    name=${program##*/}
    target=${name#fuzz-}
    cp "$program" "$OUT/"
    zip -q -j "$OUT/${name}_seed_corpus.zip" fuzz/corpus/"$target"/*
    if [ -f "fuzz/dictionaries/$target.dict" ]; then
        cp "fuzz/dictionaries/$target.dict" "$OUT/$name.dict"
    fi
    ldd "$program" | awk '$3 ~ /^\// { print $3 }' |
        { grep -vE '/(libc|libm|libdl|librt|libpthread|libresolv|libgcc_s|libstdc\+\+)\.so' || true; } |
        xargs -r cp -L -t "$OUT/lib"
done
