# The same source gives the same bytes in every folder: the two copies that install_test.sh built.
same_bytes_in_every_folder() {
    one=$scratch/copy/one/build another=$scratch/copy/another/folder/build
    for file in libaim.so libaim.a libaim-curl.so libaim-curl.a aim; do
        cmp "$one/$file" "$another/$file" || return 1
    done
}
no_folder_shows_in_the_bytes() {
    for file in libaim.so libaim.a libaim-curl.so libaim-curl.a aim; do
        lacks -lF -e "$scratch" "$scratch/copy/one/build/$file" || return 1
    done
}

check same_bytes_in_every_folder
check no_folder_shows_in_the_bytes
