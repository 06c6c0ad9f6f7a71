#!/bin/sh
# Each folder of lib may include only itself and those above it; the tool may include only the public interface; no public
# header may include a third party's.
#
#   layers.sh SOURCE_FOLDER
set -u
cd "$1" || exit 1
problems=0
allowed=""
for layer in base doc kube cluster decide render plan lint fetch curl; do
    allowed="$allowed $layer"
    [ -d "lib/$layer" ] || continue
    for included in $(sed -n 's/^#include "\([a-z_]*\)\/.*/\1/p' lib/$layer/*.[ch] | sort -u); do
        case " $allowed " in
        *" $included "*) ;;
        *) echo "lib/$layer includes lib/$included, which is below it"; problems=$((problems + 1)) ;;
        esac
    done
done
if grep -Hn '^#include ["<]' tools/aim/*.[ch] | grep -E '"(base|doc|kube|cluster|decide|render|plan|lint)/'; then
    echo "the tool includes internals"; problems=$((problems + 1))
fi
if grep -Hn '^#include <' include/aim/*.h | grep -vE '<(aim/[a-z]+\.h|stddef\.h|stdint\.h)>'; then
    echo "a public header includes more than the standard integers"; problems=$((problems + 1))
fi
if grep -lE '<yaml\.h>' -r lib | grep -v '^lib/doc/yaml_reader\.c$'; then
    echo "libyaml is used outside lib/doc/yaml_reader.c"; problems=$((problems + 1))
fi
# No global state: every object at file scope is const (jump tables, names, defaults).
if grep -HnE '^(static )?[a-z_]+ [*a-z_]+(\[[^]]*\])*( = |;)' lib/*/*.c | grep -vE 'const|typedef|struct|\(' ; then
    echo "a writable object at file scope"; problems=$((problems + 1))
fi
[ "$problems" -eq 0 ] && echo "layers: every include goes upwards"
[ "$problems" -eq 0 ]
